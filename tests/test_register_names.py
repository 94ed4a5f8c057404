"""Names of bodies as people write and search them, whatever the official file abbreviates."""

import pytest

from consultation.register.names import as_addressed, spelled_out


@pytest.mark.parametrize(
    ("official", "name"),
    [
        ("Abensberg, St", "Abensberg, Stadt"), ("Marktl, M", "Marktl, Markt"), ("Dachau, GKSt", "Dachau, Große Kreisstadt"),
        ("Osterheide, gemfr. Bezirk", "Osterheide, gemeindefreier Bezirk"), ("Harz, gemfr. Gebiet", "Harz, gemeindefreies Gebiet"),
        ("Sachsenwald (Forstgutsbez.),gemfr.Geb.", "Sachsenwald (Forstgutsbez.), gemeindefreies Gebiet"),
        ("Velburg, St (VGem)", "Velburg, Stadt (VGem)"),
        ("Kappeln, Stadt", "Kappeln, Stadt"), ("St. Blasien", "St. Blasien"), ("Markt Schwaben, M", "Markt Schwaben, Markt"),
    ],
)  # fmt: skip
def test_abbreviations_of_the_official_file_are_spelled_out(official: str, name: str):
    assert spelled_out(official) == name


@pytest.mark.parametrize(
    ("name", "addressed"),
    [
        ("Kappeln, Stadt", "Stadt Kappeln"), ("Hamburg, Freie und Hansestadt", "Freie und Hansestadt Hamburg"),
        ("Dachau, Große Kreisstadt", "Große Kreisstadt Dachau"), ("Harrislee", "Harrislee"), ("Amt Eggebek", "Amt Eggebek"),
        ("Clausthal-Zellerfeld, Berg- und Universitätsstadt", "Berg- und Universitätsstadt Clausthal-Zellerfeld"),
        ("Hagen, Stadt der FernUniversität", "Hagen, Stadt der FernUniversität"),
        ("Erkrath, Fundort des Neanderthalers, Stadt", "Erkrath, Fundort des Neanderthalers, Stadt"),
        ("Harz, gemeindefreies Gebiet", "Harz, gemeindefreies Gebiet"),
    ],
)  # fmt: skip
def test_a_letter_turns_the_name_of_the_register_round_where_that_is_a_title(name: str, addressed: str):
    assert as_addressed(name) == addressed
