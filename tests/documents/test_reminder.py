from dataclasses import replace

import pytest

from billing.documents import reminder, specimens


@pytest.mark.parametrize("language", ["sv", "en"])
def test_reminder_says_what_the_golden_file_says(language, golden, text_of):
    pdf = reminder.render(specimens.reminder(), language)
    golden(f"reminder_{language}.txt", text_of(pdf))


def test_same_reminder_has_the_same_bytes():
    assert reminder.render(specimens.reminder()) == reminder.render(
        specimens.reminder()
    )


def test_fee_above_sixty_kronor_is_refused():
    with pytest.raises(reminder.FeeAboveStatute, match="above the 60 kr"):
        reminder.render(replace(specimens.reminder(), fee_minor=60_01))


def test_reminder_without_fee_does_not_speak_of_one(text_of):
    text = text_of(reminder.render(replace(specimens.reminder(), fee_minor=0)))
    assert "Påminnelseavgift" not in text
    assert "559,00" in text


def test_own_words_on_interest_replace_the_standard_ones(text_of):
    own = replace(specimens.reminder(), interest_text="Ränta 10 % från 2026-12-16.")
    text = text_of(reminder.render(own))
    assert "Ränta 10 %" in text
    assert "referensräntan" not in text


def test_reminder_of_nothing_is_refused():
    (claim,) = specimens.reminder().claims
    paid = replace(claim, open_minor=0)
    with pytest.raises(reminder.NothingToRemind, match="10024"):
        reminder.render(replace(specimens.reminder(), claims=(paid,)))
