"""Reply texts that stay as they are, so that what is made of them can be said in advance."""

from __future__ import annotations

from cockpit.skillset import Phrases, Skill, SkillSet
from tests.unit.plan.reference_car import SKILLS

NAMES = {
    "zh": {"ac": "空调", "temperature": "温度", "seat_heating": "座椅加热", "fan": "风量", "window": "车窗",
    "drive_mode": "驾驶模式", "drive_mode.sport": "运动", "wiper": "雨刮", "wiper.auto": "自动",
    "ambient_colour.red": "红色", "trunk": "后备箱"},
    "en": {"ac": "AC", "temperature": "temperature", "seat_heating": "seat heating", "fan": "fan", "window": "window",
    "drive_mode": "drive mode", "drive_mode.sport": "sport", "wiper": "wipers", "wiper.auto": "automatic",
    "ambient_colour.red": "red", "trunk": "trunk"},
}  # fmt: skip
REPLIES: dict[str, dict[str, str | list[str]]] = {
    "zh": {
        "done.on": "{zone}{name}已打开", "done.off": "{zone}{name}已关闭", "done.open": "{zone}{name}已打开",
        "done.set": "{zone}{name}已调到{value}",
        "done.plain": "好了", "already.set": "{zone}{name}已经是{value}了", "failed.plain": "{deed}没有成功",
        "deed.open": "打开{zone}{name}",
        "deed.set": "把{zone}{name}调到{value}", "ask.confirm": "确定要{deed}吗？", "query.off": "{zone}{name}关着",
        "zone.driver": "主驾", "zone.front_passenger": "副驾", "zone.rear_left": "左后", "zone.rear_right": "右后",
        "zone.front": "前排",
        "zone.rear": "后排", "zone.all": "所有", "zone.join": "和", "join.sentences": "，", "join.items": "、",
        "end": "。",
        "unit.celsius": "{n}度", "unit.degrees": "{n}度", "unit.percent": "{n}%", "unit.level": "{n}挡",
        "unit.mm": "{n}毫米", "unit.kpa": "{n}千帕",
    },
    "en": {
        "done.on": "{zone}{name} is on", "done.off": "{zone}{name} is off", "done.open": "{zone}{name} is open",
        "done.set": "{zone}{name} set to {value}",
        "done.plain": "Done", "already.set": "{zone}{name} is already at {value}", "failed.plain": "I could not {deed}",
        "deed.open": "open the {zone}{name}",
        "deed.set": "set the {zone}{name} to {value}", "ask.confirm": "Shall I {deed}?",
        "query.off": "{zone}{name} is off",
        "zone.driver": "driver's ", "zone.front_passenger": "passenger's ", "zone.rear_left": "rear left ",
        "zone.rear_right": "rear right ", "zone.front": "front ",
        "zone.rear": "rear ", "zone.all": "all ", "zone.join": "and ", "join.sentences": ", ", "join.items": ", ",
        "end": ".",
        "unit.celsius": "{n} degrees", "unit.degrees": "{n} degrees", "unit.percent": "{n}%", "unit.level": "level {n}",
        "unit.mm": "{n} mm", "unit.kpa": "{n} kPa",
    },
}  # fmt: skip


def fixed(**more: str | list[str]) -> SkillSet:
    """The fixed texts, and `more` in both languages (`__` for `.`)."""
    own = {key.replace("__", "."): text for key, text in more.items()}
    manifest = SKILLS.skills["climate"].manifest
    skill = Skill(manifest=manifest, phrases={lang: Phrases(names=NAMES[lang]) for lang in ("zh", "en")})
    replies = {lang: {**REPLIES[lang], **own} for lang in ("zh", "en")}
    return SKILLS.model_copy(update={"skills": {"climate": skill}, "replies": replies})
