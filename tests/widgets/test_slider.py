from __future__ import annotations

from textual.app import App, ComposeResult

from tutor.widgets.slider import Slider


class Sliders(App[None]):
    """Two sliders, and what they said."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, float]] = []

    def compose(self) -> ComposeResult:
        yield Slider("temperature", 1, least=0, most=2, step=0.05, digits=2, id="t")
        yield Slider("top-k", 0, least=0, most=100, step=1, off=0, id="k")

    def on_slider_changed(self, message: Slider.Changed) -> None:
        self.heard.append((str(message.control.id), message.value))

    def line(self, id: str) -> str:
        return str(self.query_one(f"#{id}", Slider).render())


async def test_arrows_and_letters_move_by_steps_and_stop_at_the_ends() -> None:
    app = Sliders()
    async with app.run_test(size=(40, 4)) as pilot:
        await pilot.press(
            "right", "l", "up", "k", "left", "h", "down", "j", "pageup", "shift+right", "plus", "end", "right"
        )
        values = [1.05, 1.1, 1.15, 1.2, 1.15, 1.1, 1.05, 1, 1.5, 2]
        assert app.heard == [("t", value) for value in values]  # nothing is said where nothing changes
        app.heard.clear()
        await pilot.press("pagedown", "minus", "home", "left")
        assert app.heard == [("t", 1.5), ("t", 1), ("t", 0)]


async def test_a_typed_number_is_taken_at_enter_and_may_lie_beyond_the_track() -> None:
    app = Sliders()
    async with app.run_test(size=(40, 4)) as pilot:
        await pilot.press("0", ".", "7", ".", "5")
        assert app.line("t").endswith(" 0.75_"[-5:])
        assert app.heard == []
        await pilot.press("enter", "enter")
        await pilot.press("7", "enter")
        assert app.heard == [("t", 0.75), ("t", 7)]
        assert app.line("t").endswith(" 7.00")
        await pilot.press("left")
        assert app.heard[-1] == ("t", 2)
        await pilot.press(".", "5", "tab")  # leaving takes it too
        assert app.heard[-1] == ("t", 0.5)
        await pilot.press("4", ".", "0", "enter")  # whole numbers have no point
        assert app.heard[-1] == ("k", 40)


async def test_what_is_typed_can_be_corrected_or_dropped() -> None:
    app = Sliders()
    async with app.run_test(size=(40, 4)) as pilot:
        await pilot.press("1", "9", "backspace", ".", "2", "enter")
        assert app.heard == [("t", 1.2)]
        await pilot.press("5", "escape", "enter", "backspace")
        assert app.heard == [("t", 1.2)]
        assert app.line("t").endswith(" 1.20")


async def test_it_shows_focus_value_and_place_without_colour() -> None:
    app = Sliders()
    async with app.run_test(size=(40, 4)) as pilot:
        assert app.line("t").startswith(">temperature ")
        assert app.line("k").startswith(" top-k ┃")
        assert app.line("k").endswith(" off")
        knob = app.line("t").index("┃")
        await pilot.press("end")
        assert app.line("t").index("┃") > knob
        assert len(app.line("t")) == len(app.line("k")) == 40
        await pilot.press("tab")
        assert app.line("t").startswith(" temperature ")
        app.query_one("#k", Slider).value = 7  # set from outside: shown, not said
        assert app.line("k").endswith("    7")
        assert app.heard == [("t", 2)]


async def test_it_keeps_label_and_value_where_there_is_no_room_for_a_track() -> None:
    app = Sliders()
    async with app.run_test(size=(18, 4)):
        assert app.line("t").startswith(">temperature ")
        assert app.line("t").endswith(" 1.00")
