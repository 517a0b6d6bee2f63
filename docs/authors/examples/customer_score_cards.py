from datetime import date

from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl(optionalhook=True)
    def customer_score_cards(self):
        """Whoever is known for long is trusted."""
        from kezhi.builtin.customers.contributions import ScoreCard, Scored, ScoreLine

        def score(customer_id):
            years = ScoreLine("example.years", {"zh": "合作年数", "en": "Years"}, "years", 3, "100%", 60_000, 60_000)
            rule = {"zh": "得分 60：B 级", "en": "Score 60: grade B"}
            return Scored(date(2026, 1, 1), date(2026, 12, 31), 60_000, "B", rule, (years,))

        return [ScoreCard("trust", {"zh": "信任", "en": "Trust"}, 1, ("A", "B"), score)]


# ── what it does


def check(customer):
    from kezhi.builtin.customers.services import score_cards

    card = score_cards()["example.trust"]
    found = card.score(customer)
    assert (card.grades, found.grade, found.score) == (("A", "B"), "B", 60_000)
    assert [line.title["en"] for line in found.lines] == ["Years"]


def gone(customer):
    from kezhi.builtin.customers.services import score_cards

    assert "example.trust" not in score_cards()
