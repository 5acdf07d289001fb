"""The engine under schedules that hypothesis makes: what must hold whatever is submitted, when and by whom."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from queue import SimpleQueue

from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.engine import Cancelled, Done, Engine, Event, Failed, Priority, Update

LONG = 20  # seconds; only a broken engine waits this long
KEYS = "abc"


@dataclass(frozen=True)
class Plan:
    """A job: what it does at each step, and how it ends."""

    key: str
    priority: Priority
    stepwise: bool
    steps: tuple[tuple[object, ...], ...]  # at each step: plans to submit and keys to cancel
    fails: bool


leaf = st.lists(st.lists(st.sampled_from(KEYS), max_size=1).map(tuple), max_size=3).map(tuple)
plans = st.recursive(
    st.builds(Plan, st.sampled_from(KEYS), st.sampled_from(Priority), st.booleans(), leaf, st.booleans()),
    lambda inner: st.builds(
        Plan,
        st.sampled_from(KEYS),
        st.sampled_from(Priority),
        st.booleans(),
        st.lists(st.lists(st.one_of(st.sampled_from(KEYS), inner), max_size=3).map(tuple), max_size=4).map(tuple),
        st.booleans(),
    ),
    max_leaves=12,
)


@dataclass
class Stage:
    """Plays plans on an engine and writes down, in order, all that happens on its thread."""

    engine: Engine
    log: list[tuple[str, int, object]] = field(default_factory=list)  # (what, request, more)
    plans: dict[int, Plan] = field(default_factory=dict)
    last: SimpleQueue[Event] = field(default_factory=SimpleQueue)
    lock: threading.Lock = field(default_factory=threading.Lock)
    inside: int = 0  # jobs between two yields right now
    overlapped: bool = False

    def submit(self, plan: Plan) -> None:
        numbers: list[int] = []
        with self.lock:  # so that the log has it before anything it causes
            number = self.engine.submit(plan.key, lambda: self.play(numbers), self.hear, priority=plan.priority)
            numbers.append(number)
            self.plans[number] = plan
            self.log.append(("submit", number, plan.key))

    def cancel(self, key: str) -> None:
        with self.lock:
            self.engine.cancel(key)
            self.log.append(("cancel", 0, key))

    def hear(self, event: Event) -> None:
        with self.lock:
            self.log.append((type(event).__name__, event.request, getattr(event, "value", None)))
        if not isinstance(event, Update):
            self.last.put(event)

    def play(self, numbers: list[int]) -> object:
        with self.lock:  # the number is known once `submit` has let go
            number = numbers[0]
            plan = self.plans[number]
        if plan.stepwise:
            return self.stepwise(number, plan)
        for step, _ in enumerate(plan.steps):
            self.step(number, plan, step)
        return self.end(number, plan)

    def stepwise(self, number: int, plan: Plan) -> Generator[int | None, None, int]:
        for step, _ in enumerate(plan.steps):
            self.step(number, plan, step)
            yield step if step % 2 == 0 else None
        return self.end(number, plan)

    def step(self, number: int, plan: Plan, step: int) -> None:
        self.inside += 1
        self.overlapped |= self.inside > 1
        with self.lock:
            self.log.append(("step", number, step))
        for action in plan.steps[step]:
            if isinstance(action, Plan):
                self.submit(action)
            else:
                self.cancel(str(action))
        self.inside -= 1

    def end(self, number: int, plan: Plan) -> int:
        with self.lock:
            self.log.append(("step", number, None))
        if plan.fails:
            raise ValueError("as planned")
        return -1

    def wait(self) -> None:
        """Until every request has had as many last events as there are requests."""
        heard = 0
        while heard < len(self.plans):
            self.last.get(timeout=LONG)
            heard += 1
        assert not self.overlapped


def play(first: list[object]) -> Stage:
    """Submit and cancel all at once while the worker is held, then let the jobs do the rest."""
    stage = Stage(Engine())
    gate, begun = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        assert gate.wait(LONG)

    stage.engine.submit(object(), hold, lambda event: None)
    assert begun.wait(LONG)
    for action in first:
        if isinstance(action, Plan):
            stage.submit(action)
        else:
            stage.cancel(str(action))
    gate.set()
    stage.wait()
    stage.engine.close()
    stage.engine._thread.join(LONG)
    assert not stage.engine._thread.is_alive()
    return stage


LAST = (Done.__name__, Failed.__name__, Cancelled.__name__)
schedules = st.lists(st.one_of(plans, st.sampled_from(KEYS)), max_size=6)


@settings(max_examples=150, deadline=None)
@given(schedules)
def test_what_holds_under_every_schedule(first: list[object]) -> None:
    stage = play(first)
    log, known = stage.log, stage.plans
    for number, plan in known.items():
        own = [(what, more) for what, request, more in log if request == number]
        submitted = log.index(("submit", number, plan.key))
        ends = [i for i, (what, request, _) in enumerate(log) if request == number and what in LAST]
        # exactly one last event, and it is the last; what was yielded comes in order
        assert len(ends) == 1
        assert own[-1][0] in LAST
        updates = [more for what, more in own if what == "Update"]
        assert updates == list(range(0, 2 * len(updates), 2))
        # cancelled exactly if a newer submit or a cancel of its key came before its end
        later = log[submitted + 1 : ends[0]]
        overtaken = [i for i, (what, _, key) in enumerate(later) if what in ("submit", "cancel") and key == plan.key]
        assert (own[-1][0] == "Cancelled") == bool(overtaken)
        if not overtaken:
            assert own[-1][0] == ("Failed" if plan.fails else "Done")
        # once overtaken, it begins nothing more and tells nothing more
        elif plan.stepwise:
            assert [what for what, request, _ in later[overtaken[0] :] if request == number] == []
    _check_urgency(stage)


def _check_urgency(stage: Stage) -> None:
    """A job never goes on while a more urgent one waits or has begun and not ended."""
    alive: set[int] = set()
    begun: list[int] = []
    for what, number, _ in stage.log:
        if what == "submit":
            alive.add(number)
        elif what in LAST:
            alive.remove(number)
            if number in begun:
                assert begun.pop() == number  # nested: the last begun ends first
        elif what == "step":
            if number not in begun:
                assert all(stage.plans[number].priority < stage.plans[b].priority for b in begun)
                begun.append(number)
            assert begun[-1] == number
            if stage.plans[number].stepwise:
                urgent = [n for n in alive if stage.plans[n].priority < stage.plans[number].priority]
                assert urgent == []


@settings(max_examples=60, deadline=None)
@given(st.lists(schedules, min_size=2, max_size=3))
def test_threads_may_submit_at_once(crowds: list[list[object]]) -> None:
    stage = Stage(Engine())
    barrier = threading.Barrier(len(crowds))

    def crowd(actions: list[object]) -> None:
        barrier.wait(LONG)
        for action in actions:
            if isinstance(action, Plan):
                stage.submit(action)
            else:
                stage.cancel(str(action))

    threads = [threading.Thread(target=crowd, args=(actions,)) for actions in crowds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    stage.wait()
    stage.engine.close()
    stage.engine._thread.join(LONG)
    assert not stage.engine._thread.is_alive()
    for number in stage.plans:
        ends = [what for what, request, _ in stage.log if request == number and what in LAST]
        assert len(ends) == 1
    assert sum(what in LAST for what, _, _ in stage.log) == len(stage.plans)


class ClosingStage(Stage):
    """Closes its engine in the middle of a step."""

    def __init__(self, close_at: int) -> None:
        super().__init__(Engine())
        self.close_at = close_at  # the number of the step
        self.steps = 0
        self.after: list[object] = []  # what happened after that
        self.over = threading.Event()  # closed, or all done before

    def step(self, number: int, plan: Plan, step: int) -> None:
        if self.steps >= self.close_at:
            self.after.append(plan)
        self.steps += 1
        if self.steps == self.close_at:
            self.engine.close()
            self.over.set()
        super().step(number, plan, step)

    def hear(self, event: Event) -> None:
        if self.steps >= self.close_at:
            self.after.append(event)
        super().hear(event)
        if self.last.qsize() == len(self.plans):
            self.over.set()


@settings(max_examples=100, deadline=None)
@given(st.lists(plans.filter(lambda plan: plan.stepwise), min_size=1, max_size=4), st.integers(1, 8))
def test_closing_at_any_step_ends_the_thread_and_the_events(first: list[Plan], close_at: int) -> None:
    stage = ClosingStage(close_at)
    for plan in first:
        stage.submit(plan)
    assert stage.over.wait(LONG)
    stage.engine.close()
    stage.engine._thread.join(LONG)
    assert not stage.engine._thread.is_alive()
    assert [what for what in stage.after if not (isinstance(what, Plan) and not what.stepwise)] == []
