"""Proves the exercises of a page: a check refuses what is wrong, in words, and nothing else."""

from dataclasses import dataclass
from pathlib import Path

from .exercises import Exercise
from .golden import UPDATE
from .mutants import Mutant, mutants, normal
from .paths import shown_path
from .program import BrokenAbove, Program, as_recorded
from .snippets import Snippet

_STEPS = 3_000_000  # of a starter, a solution or a mistake
_WORDS = 4  # a refusal of fewer says nothing


@dataclass(frozen=True)
class Trial:
    """What became of an answer."""

    verdict: str  # "passed", "refused", "error": its own, before the check, "fault": the check's
    message: str
    line: int = 0  # of the check, where it failed
    steps: int = 0


class Proof:
    """Of one exercise. Each `…_problem` is empty, or says with file:line what does not hold."""

    def __init__(self, program: Program, page: Path, starter: Snippet) -> None:
        assert starter.exercise is not None
        self._program = program
        self._page = page
        self._starter = starter
        self._exercise: Exercise = starter.exercise
        self._survivors: dict[str, list[Mutant]] = {}

    def refusal(self, part: Snippet) -> tuple[str, str]:
        """What the page records below the check, of the starter, or below a mistake, and why it
        cannot be recorded, if it cannot."""
        answer = self._starter if part is self._exercise.check else part
        try:
            trial = self._try(answer.source)
            if self._try(self._exercise.solutions[0].source).verdict != "passed":
                self._program.forget_answers()  # the answer has changed more than names
        except BrokenAbove as error:
            return "", str(error)
        what = "the starter" if answer is self._starter else "this mistake"
        where = self._where(answer.line)
        if trial.verdict == "passed":
            return "", f"{where}: {what} passes the check: it must be refused"
        if trial.verdict == "fault":
            return "", self._fell(trial, where, what)
        if answer is self._starter and trial.verdict == "error":
            return "", f"{where}: the starter ends with an error, before the check: {trial.message}"
        message = as_recorded(trial.message)
        if len(message.split()) < _WORDS:
            told = f"it says {message!r}" if message else "it says nothing"
            return "", f"{where}: {what} is refused, but {told}: give the check words that help"
        return message, ""

    def refusal_problem(self, part: Snippet) -> str:
        """Of the check, for the starter, or of a mistake: it is refused as the page says."""
        message, problem = self.refusal(part)
        if problem:
            return problem
        if message != part.output:
            what = "the starter" if part is self._exercise.check else "this mistake"
            return (
                f"{self._where(part.line)}: {what} is not refused as the page says\n"
                f"expected:\n    {part.output or '(nothing)'}\ngot:\n    {message}\n"
                f"If what you got is right, record it: {UPDATE}"
            )
        for other in self._exercise.mistakes:
            if other is part:
                break
            if part is not self._exercise.check and other.output == message:
                return (
                    f"{self._where(part.line)}: this mistake gets the words of line {other.line}: "
                    "the check must know the two apart, or one is enough"
                )
        return ""

    def solution_problem(self, solution: Snippet) -> str:
        """It passes, and of its mutants only those listed do."""
        where = self._where(solution.line)
        try:
            trial = self._try(solution.source)
            if trial.verdict == "fault":
                return self._fell(trial, where, "this solution")
            if trial.verdict != "passed":
                return f"{where}: this solution is refused: {trial.message}"
            survivors = self._surviving(solution)
        except BrokenAbove as error:
            return str(error)
        listed = {(normal(one.old), normal(one.new)) for one in self._exercise.equivalents}
        lines = [
            f"{self._where(solution.line + mutant.line - 1)}: the check passes a mutant: {mutant}"
            for mutant in survivors
            if (mutant.old, mutant.new) not in listed
        ]
        if lines:
            lines.append(
                "Make the check try what tells them apart, or list in it what is right as well:\n"
                "    # equivalent: OLD STATEMENT -> NEW STATEMENT: why"
            )
        return "\n".join(lines)

    def equivalents_problem(self) -> str:
        """Every mutant listed as equivalent is one that passes."""
        try:
            passing = {
                (mutant.old, mutant.new)
                for solution in self._exercise.solutions
                for mutant in self._surviving(solution)
            }
        except BrokenAbove as error:
            return str(error)
        return "\n".join(
            f"{self._where(one.line)}: no mutant that passes is {one.old} -> {one.new}: remove this"
            for one in self._exercise.equivalents
            if (normal(one.old), normal(one.new)) not in passing
        )

    def _surviving(self, solution: Snippet) -> list[Mutant]:
        """The mutants of a solution that pass the check."""
        if solution.id not in self._survivors:
            self._survivors[solution.id] = self._tried(solution, careful=False)
        return self._survivors[solution.id]

    def _tried(self, solution: Snippet, careful: bool) -> list[Mutant]:
        """All mutants are tried in one namespace, set back after each. If afterwards the solution
        itself is refused there, one of them has changed more than names: then again, carefully."""
        limit = 5 * self._try(solution.source).steps + 10_000
        survivors = []
        for mutant in mutants(solution.source):
            if careful:
                self._program.forget_answers()
            if self._try(mutant.source, limit).verdict == "passed":
                survivors.append(mutant)
        if self._try(solution.source).verdict == "passed":
            return survivors
        self._program.forget_answers()
        return survivors if careful else self._tried(solution, careful=True)

    def _try(self, answer: str, limit: int = _STEPS) -> Trial:
        """Raises BrokenAbove."""
        ran = self._program.check(self._starter, answer, limit)
        if ran.death:
            return Trial("error", f"this {ran.death}")
        if ran.steps > limit:
            return Trial("error", f"this does not end: {limit} steps were not enough")
        events = ran.events
        last = events[-1] if events else {}
        if last.get("type") != "verdict":
            [error] = [event for event in events if event["type"] == "error"]
            return Trial("error", error["traceback"].rstrip("\n").split("\n")[-1])
        line = last["frames"][-1]["line"] if last["verdict"] == "fault" and last["frames"] else 1
        return Trial(last["verdict"], last["message"], line, ran.steps)

    def _fell(self, trial: Trial, where: str, what: str) -> str:
        line = self._exercise.check.line + trial.line - 1
        return (
            f"{self._where(line)}: the check itself fails on {what} ({where}): {trial.message}; "
            "it must refuse with words, whatever it is given"
        )

    def _where(self, line: int) -> str:
        return f"{shown_path(self._page)}:{line}"
