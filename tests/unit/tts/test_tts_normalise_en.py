from __future__ import annotations

import pytest

from cockpit.tts.normalise_en import cardinal, normalise, ordinal, year

SPOKEN = {
    "22.5°": "twenty two point five degrees",
    "22.5 °C": "twenty two point five degrees Celsius",
    "1°": "one degree",
    "-5°C": "minus five degrees Celsius",
    "72°F": "seventy two degrees Fahrenheit",
    "22.5 degrees": "twenty two point five degrees",
    "50%": "fifty percent",
    "12.5 %": "twelve point five percent",
    "-3%": "minus three percent",
    "10%-20%": "ten percent to twenty percent",
    "10-20%": "ten to twenty percent",
    "320 km": "three hundred twenty kilometres",
    "1 km": "one kilometre",
    "200 m": "two hundred metres",
    "120 km/h": "one hundred twenty kilometres per hour",
    "60 mph": "sixty miles per hour",
    "240 kPa": "two hundred forty kilopascals",
    "2.4 bar": "two point four bar",
    "12.6 V": "twelve point six volts",
    "15.2 kWh/100km": "fifteen point two kilowatt hours per hundred kilometres",
    "101.7 MHz": "one hundred one point seven megahertz",
    "2 h": "two hours",
    "1 h 15 min": "one hour fifteen minutes",
    "2 minutes": "two minutes",
    "18:30": "six thirty P M",
    "08:05": "eight oh five A M",
    "9:00": "nine A M",
    "12:00": "noon",
    "00:00": "midnight",
    "00:15": "twelve fifteen A M",
    "6:30 pm": "six thirty P M",
    "7 am": "seven A M",
    "from 9:30 to 11:00": "from nine thirty A M to eleven A M",
    "from 9:30-11:00": "from nine thirty A M to eleven A M",
    "5 o'clock": "five o'clock",
    "2026-11-22": "November twenty second, twenty twenty six",
    "2026-11-22T18:30": "November twenty second, twenty twenty six six thirty P M",
    "November 22, 2026": "November twenty second, twenty twenty six",
    "in 2026": "in twenty twenty six",
    "138-1234-5678": "one three eight, one two three four, five six seven eight",
    "555-123-4567": "five five five, one two three, four five six seven",
    "+1 (555) 123-4567": "one, five five five, one two three, four five six seven",
    "call 911": "call nine one one",
    "dial 10086": "dial one zero zero eight six",
    "13812345678": "one three eight one two three four five six seven eight",
    "version 1.2.3": "version one point two point three",
    "v2.0": "version two point zero",
    "1/2": "one half",
    "3/4": "three quarters",
    "2/3": "two thirds",
    "1st": "first",
    "22nd": "twenty second",
    "level 1-3": "level one to three",
    "16-30 degrees": "sixteen to thirty degrees",
    "a score of 3:2": "a score of three to two",
    "-3": "minus three",
    "0.5": "zero point five",
    "007": "zero zero seven",
    "1,234.5": "one thousand two hundred thirty four point five",
    "$5": "five dollars",
    "€10.50": "ten point five zero euros",
    "G45": "G forty five",
    "MP3": "MP three",
    "5G": "five G",
    "A380": "A three eight zero",
    "turn on the A/C": "turn on the A C",
    "CD & USB": "CD and USB",
    "battery at 80%, 320 km left": "battery at eighty percent, three hundred twenty kilometres left",
    "It is 21.5.": "It is twenty one point five.",
    "Done 😀": "Done",
    "The window is open.": "The window is open.",
    "": "",
}
ORDINALS = {
    1: "first",
    3: "third",
    8: "eighth",
    12: "twelfth",
    20: "twentieth",
    21: "twenty first",
    100: "one hundredth",
}
YEARS = {
    "2026": "twenty twenty six",
    "2005": "two thousand five",
    "1900": "nineteen hundred",
    "1905": "nineteen oh five",
}


@pytest.mark.parametrize(("written", "said"), SPOKEN.items())
def test_english_is_written_as_it_is_said(written: str, said: str) -> None:
    assert normalise(written) == said


@pytest.mark.parametrize("said", SPOKEN.values())
def test_what_is_spoken_form_already_stays(said: str) -> None:
    assert normalise(said) == said


@pytest.mark.parametrize(("figure", "said"), ORDINALS.items())
def test_english_ordinals(figure: int, said: str) -> None:
    assert ordinal(figure) == said


@pytest.mark.parametrize(("written", "said"), YEARS.items())
def test_english_years(written: str, said: str) -> None:
    assert year(written) == said


def test_english_cardinals() -> None:
    said = {0: "zero", 21: "twenty one", 1234: "one thousand two hundred thirty four", -7: "minus seven"}
    assert {figure: cardinal(figure) for figure in said} == said
