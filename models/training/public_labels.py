"""What the public data sets' labels mean here; sentences whose label fits nothing of ours clearly are left out."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.nlu.labels import kind_of
from cockpit.nlu.language import Language
from cockpit.nlu.matcher import Matcher
from cockpit.nlu.tokens import clean, tokenise
from models.training.examples import ActSpan, Example, SlotSpan
from models.training.public import Sentence

AS_OURS = {
    "audio_volume_up": "volume.up", "audio_volume_down": "volume.down", "audio_volume_mute": "volume.mute",
    "play_music": "media.play", "weather_query": "weather.query", "calendar_query": "calendar.list",
    "recommendation_locations": "navigation.search",
    "next_song": "playback.next", "make_call": "phone.call", "weather": "weather.query", "text": "phone.send_message",
    "yes": "dialog.yes", "no": "dialog.no", "cancel": "dialog.cancel",
    "GetWeather": "weather.query", "PlayMusic": "media.play",
    "OutgoingCall": "phone.call", "QueryWeather": "weather.query", "FindCalendarEntry": "calendar.list",
    "FindPointOfInterest": "navigation.search", "PlayMusicArtist": "media.play",
}  # fmt: skip
"""Intents of which every sentence is one act of ours; their slots are not marked."""
TALK = frozenset(
    "general_greet general_joke general_quirky general_affirm general_praise general_commandstop greeting goodbye "
    "thank_you tell_joke how_old_are_you are_you_a_bot what_is_your_name what_are_your_hobbies who_made_you fun_fact "
    "meaning_of_life do_you_have_pets where_are_you_from who_do_you_work_for flip_coin roll_dice".split()
)
LEFT_OUT = frozenset(
    "iot_hue_lighton iot_hue_lightoff iot_hue_lightchange iot_hue_lightup iot_hue_lightdim audio_volume_other "
    "play_radio play_game play_audiobook play_podcasts music_query music_likeness music_settings music_dislikeness "
    "transport_traffic transport_query calendar_set calendar_remove general_commandstop general_affirm "
    "general_dontcare general_negate general_repeat general_confirm general_explain email_sendemail email_addcontact "
    "email_querycontact directions traffic distance calendar calendar_update reminder reminder_update gas gas_type "
    "tire_pressure tire_change jump_start what_song repeat mpg oil_change_how oil_change_when schedule_maintenance "
    "last_maintenance change_volume change_language whisper_mode sync_device reset_settings change_speed "
    "current_location restaurant_suggestion find_phone timer alarm uber play_music_other maybe user_name "
    "meeting_schedule update_playlist AddToPlaylist smart_home change_ai_name change_accent change_user_name "
    "music_likeness volume_other datetime_query GetDirections SelectItem ReadAloud Confirm Reject ContactSelection "
    "PhoneNumberSelection None CreateCalendarEntry ChangeCalendarEntry CheckAvailability CheckWeatherValue "
    "CheckWeatherTime VEHICLE_SETTINGS_CHECK VEHICLE_SETTINGS_DECLARATIVE SETTING_VALUE_SELECTION "
    "SETTING_NAME_SELECTION FinishTask".split()
)
PRIVATE = ("email", "calendar", "lists", "social", "contact", "Calendar", "Meeting", "ToDo", "balance", "bill", "pto")
MUSIC_SLOTS = {"artist": "artist", "track": "track", "album": "album", "playlist": "playlist", "genre": "genre"}
OPERATION_OF = {
    "on": "on", "off": "off", "activated": "on", "deactivated": "off", "disable": "off", "deactivate": "off",
    "enable": "on", "activate": "on", "start": "on", "start up": "on", "shut down": "off", "stop": "off",
    "enabled": "on", "disabled": "off", "up": "up", "down": "down", "louder": "up", "quieter": "down",
    "more quiet": "down", "mute": "mute", "unmute": "unmute", "increase": "up", "decrease": "down", "lower": "down",
    "raise": "up", "hike": "up", "boost": "up", "crank up": "up", "drop": "down", "rise": "up", "hotter": "up",
    "colder": "down", "warmer": "up", "cooler": "down", "reduce": "down", "higher": "up", "minimum": "min",
    "maximum": "max", "max": "max", "min": "min",
}  # fmt: skip


class PublicLabels:
    """Turns sentences of the data sets into examples; `intents` are those that can be learned."""

    def __init__(self, english: Language, intents: frozenset[str]) -> None:
        self._english, self._intents = english, intents
        self._controls: dict[str, str] = {}
        self._named = {s.intent.rpartition(".")[0]: s.node for s in english.sentences if s.intent.endswith(".mention")}

    def examples(self, sentence: Sentence) -> Iterator[Example]:
        words = tuple(token.text for token in tokenise(clean(sentence.text)))
        if not 0 < len(words) <= 45 or sentence.intent.startswith("DeleteToDo"):
            return
        if sentence.intent == "VEHICLE_SETTINGS_CHANGE":
            yield from self._setting(sentence, words)
            return
        if sentence.intent in LEFT_OUT or sentence.source == "massive_validation":
            return
        private = any(part in sentence.intent for part in PRIVATE)
        ours = AS_OURS.get(sentence.intent)
        if ours is None:
            kind, complexity = "chat", "talk" if sentence.intent in TALK else "knowledge"
            yield Example(sentence.lang, words, (), kind, complexity, private=private, source=sentence.source)
        elif ours in self._intents:
            slots = _music(sentence, words) if sentence.intent == "PlayMusic" else None
            act = ActSpan(ours, 0, len(words), tuple(slots or ()))
            own = ours.startswith(("phone", "calendar", "navigation"))
            yield Example(
                sentence.lang, words, (act,), kind_of([ours]), "simple", private=private or own,
                slots_known=slots is not None or ours.startswith(("volume", "playback", "dialog")),
                source=sentence.source,
            )  # fmt: skip

    def _setting(self, sentence: Sentence, words: tuple[str, ...]) -> Iterator[Example]:
        """A car setting that is changed, where its name and value are ours word for word."""
        values = dict(sentence.slots)
        control = self._control(values.get("SETTING", ""))
        operation = "set" if "AMOUNT" in values else OPERATION_OF.get(values.get("VALUE", "").lower(), "")
        intent = f"{control}.{operation}"
        if len(sentence.slots) > 3 or intent not in self._intents:
            return
        slots = []
        if "AMOUNT" in values:
            unit = f" {values['UNIT']}" if "UNIT" in values else ""
            place = _where(words, values["AMOUNT"] + unit) or _where(words, values["AMOUNT"])
            if place is None:
                return
            slots.append(SlotSpan("value", *place))
        act = ActSpan(intent, 0, len(words), tuple(slots))
        yield Example("en", words, (act,), "request", "simple", private=False, source=sentence.source)

    def _control(self, name: str) -> str:
        """The control that `name` names, whole; empty when there is none or more than one."""
        if name not in self._controls:
            self._controls[name] = self._find(name)
        return self._controls[name]

    def _find(self, name: str) -> str:
        cleaned = clean(name)
        tokens = tokenise(cleaned)
        if not tokens:
            return ""
        matcher = Matcher(cleaned, tokens, "en", self._english.skips)
        found = [
            c
            for c, node in self._named.items()
            if any(m.end == len(tokens) and not m.slots for m in matcher.match(node, 0))
        ]
        return found[0] if len(found) == 1 else ""


def _where(words: tuple[str, ...], value: str) -> tuple[int, int] | None:
    wanted = tuple(token.text for token in tokenise(clean(value)))
    for start in range(len(words) - len(wanted) + 1):
        if wanted and words[start : start + len(wanted)] == wanted:
            return start, start + len(wanted)
    return None


def _music(sentence: Sentence, words: tuple[str, ...]) -> list[SlotSpan] | None:
    """The slots of a sentence about music; None when one of them has no counterpart here."""
    spans = []
    for name, value in sentence.slots:
        place = _where(words, value)
        if name in MUSIC_SLOTS and place is not None:
            spans.append(SlotSpan(MUSIC_SLOTS[name], *place))
        elif name not in ("service", "music_item", "sort"):
            return None
    return spans
