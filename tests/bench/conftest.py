import sys

if sys.platform == "win32":  # pseudo-terminals are POSIX's
    collect_ignore_glob = ["*.py"]
