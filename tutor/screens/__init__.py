"""The screens: home, chapter, quiz, search, glossary, insights, playground, lab, help."""
