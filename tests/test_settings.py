"""Settings: defaults, clear refusals, and a template that names every one."""

import re
import tomllib

import pytest

from voice_of_care.errors import SettingsError
from voice_of_care.settings import Settings, load_settings, parse_settings, settings_template


def load(tmp_path, text):
    path = tmp_path / "voice-of-care.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[themes]\nmost_theme = 3", "Did you mean most_themes"),
        ("[theme]\nseed = 3", "Did you mean themes"),
        ('[themes]\nseed = "x"', "themes.seed"),
        ("[themes]\nmost_themes = 0", "themes.most_themes"),
        ("x =", "not valid TOML"),
        ('[deidentify]\nnames_file = "gone.txt"', "gone.txt"),
        ('[expected]\nservices = "Maternity"', 'expected.services: write a list, in brackets: ["Maternity"]'),
        ('[deidentify]\nnames = "Aoife Quill"', 'write a list, in brackets: ["one", "other"]'),
        ('[[metrics]]\nname = "a"\nfile = "a.csv"\nthemes = "Parking"', "metrics, entry 1, themes: write a list"),
        ('[metrics]\nname = "a"\nfile = "a.csv"', "write [[metrics]]"),
        ('[[project]]\ntitle = "a"', "write [project]"),
        ('[[sources]]\nfiles = "a"\n[[sources]]\nservice = "a"', "sources, entry 2, files"),
        ('[[metrics]]\nname = " "\nfile = "a.csv"\nthemes = ["a"]', "give the entry its name"),
        ('[[metrics]]\nfile = ""', "metrics, entry 1, file: names no file"),
        ('[[metrics]]\nfile = "."', "metrics, entry 1, file: names no file"),
        (f'[[metrics]]\nfile = "{"a" * 5000}"', "metrics, entry 1, file: is too long"),
        ('[insight.pairing]\nhow-do-we-do-it-beter = "a"', "Did you mean how-do-we-do-it-better?"),
        ('[insight.pairing]\nhow-do-we-do-it-better = " "', "how-do-we-do-it-better has no component"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, text, says):
    with pytest.raises(SettingsError, match=re.escape(says)) as caught:
        load(tmp_path, text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_a_question_paired_anew_leaves_the_others_as_they_are(tmp_path):
    pairing = load(tmp_path, '[insight.pairing]\nhow-do-we-do-it-better = "Improvement"').insight.pairing
    assert pairing == {**Settings().insight.pairing, "how-do-we-do-it-better": "Improvement"}
    own = '[priorities]\nfiles = ["own.yaml"]\n[insight.pairing]\nof-our-own = "Planning"'
    assert load(tmp_path, own).insight.pairing["of-our-own"] == "Planning"


def test_a_measure_named_with_spaces_alone_has_no_name(tmp_path):
    settings = load(tmp_path, '[[metrics]]\nname = "  "\nfile = "a.csv"\n[[metrics]]\nname = " Falls "\nfile = "b.csv"')
    assert [each.name for each in settings.metrics] == ["", "Falls"]


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(SettingsError, match="can't be read"):
        load_settings(tmp_path / "nothing.toml")


def test_the_template_changes_nothing_and_names_every_setting():
    template = settings_template()
    assert parse_settings(tomllib.loads(template)) == Settings()
    opened = re.sub(r"(?m)^#(?=\[\[?[a-z]|[a-z_]+ = )", "", template)
    named = tomllib.loads(opened)
    for section, field in Settings.model_fields.items():
        keys = named[section][0] if isinstance(named[section], list) else named[section]
        kind = field.default_factory() if field.default_factory else field.default
        if section not in {"mapping", "sources", "targets", "metrics"}:
            assert set(keys) == set(type(kind).model_fields)
    assert parse_settings(named) != Settings()


def test_one_mapping_may_be_written_as_a_table(tmp_path):
    settings = load(tmp_path, '[mapping]\ncomment = ["Answer"]')
    assert settings.mapping[0].comment == ("Answer",)


def test_names_of_a_file_are_taken_out_too(tmp_path):
    (tmp_path / "staff.txt").write_text("Aoife Quill\n\n Bram Stone \n", encoding="utf-8")
    settings = load(tmp_path, '[deidentify]\nnames = ["Cara Flint"]\nnames_file = "staff.txt"')
    assert settings.deidentify.names == ("Cara Flint", "Aoife Quill", "Bram Stone")


def test_the_digest_tells_settings_apart_and_nothing_else():
    assert Settings().digest() == parse_settings({}).digest()
    assert Settings().digest() != parse_settings({"themes": {"seed": 1}}).digest()
