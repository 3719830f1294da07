"""How right a table of presence is about the farm: precision and recall by what is claimed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from zoneblanche.layers.probing.pages.accounts import NETWORKS
from zoneblanche.scripts.trials.made_sites.dns_server import MAIL
from zoneblanche.scripts.trials.made_sites.truths import Truth


@dataclass
class Score:
    """Claims that are right, that are wrong, and truths that were missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Of what is claimed, the share that is so."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what is so, the share that is claimed."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def add(self, claimed: set[object], true: set[object]) -> None:
        """Compare what is claimed of one site with what is true of it."""
        self.right += len(claimed & true)
        self.wrong += len(claimed - true)
        self.missed += len(true - claimed)


def scores(table: pd.DataFrame, truths: Iterable[Truth]) -> dict[str, Score]:
    """Precision and recall of accounts (network and handle), of the statement and its level, of the
    legal notice, of the date of the news, of services, of mail, and of why a page was not read."""
    rows = table.set_index("code")
    kinds = ("accounts", "statement", "level", "legal", "news", "services", "mail", "why")
    score_of = {name: Score() for name in kinds}
    for truth in truths:
        row = rows.loc[[truth.code]].iloc[0]
        claimed = {(network, row[f"{network}_handle"]) for network in NETWORKS if row[network] == 1}
        score_of["accounts"].add(set(claimed), set(truth.accounts))
        states = truth.statement in ("mention", "page", "both") and bool(truth.level)
        elsewhere = truth.statement == "other-host"
        score_of["statement"].add({"yes"} if row["accessibility"] == 1 else set(),
                               {"yes"} if states or elsewhere else set())  # fmt: skip
        score_of["level"].add(_as_set(row["accessibility_level"]), _as_set(truth.level))
        score_of["legal"].add({"yes"} if row["legal"] == 1 else set(),
                           {"yes"} if truth.legal == "page" else set())  # fmt: skip
        score_of["news"].add(_as_set(row["news_date"]), _as_set(truth.news))
        score_of["services"].add(
            {name for name in map(str, rows.columns) if name[:8] == "service_" and row[name] == 1},
            {f"service_{kind}" for kind in truth.services},
        )
        score_of["mail"].add(_mail(row), _true_mail(truth))
        score_of["why"].add(_as_set(row["page_why"]), _as_set(truth.reason))
    return score_of


def false_noes(table: pd.DataFrame, truths: Iterable[Truth]) -> list[str]:
    """Codes of sites that are said to have no account on a network where one stands: never for a
    page that was not read whole, which is unknown."""
    rows = table.set_index("code")
    return [
        f"{truth.code} {network}"
        for truth in truths
        for network, _ in truth.accounts
        if rows.loc[truth.code, network] == 0
    ]


def as_text(scores: dict[str, Score]) -> str:
    """The scores as a table."""
    lines = [f"{'':12}{'right':>7}{'wrong':>7}{'missed':>8}{'precision':>11}{'recall':>8}"]
    for name, score in scores.items():
        lines.append(
            f"{name:12}{score.right:7,}{score.wrong:7,}{score.missed:8,}"
            f"{score.precision:11.4f}{score.recall:8.4f}"
        )
    return "\n".join(lines)


def _as_set(value: object) -> set[object]:
    return {value} if isinstance(value, str) and value else set()


def _mail(row: pd.Series) -> set[object]:
    names = {"mx": bool(row["mx"] == 1), "spf": row["spf_all"], "dmarc": row["dmarc_policy"]}
    read = row["mail_why"] == ""
    return {(name, value) for name, value in names.items() if read and _is_stated(value)}


def _true_mail(truth: Truth) -> set[object]:
    true = MAIL.get(truth.mail, {})
    return {(name, value) for name, value in true.items() if name != "kind" and _is_stated(value)}


def _is_stated(value: object) -> bool:
    return value is True or (isinstance(value, str) and bool(value))
