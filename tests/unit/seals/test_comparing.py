from purport.core.digests import JsonObject, JsonValue
from purport.seals import Tolerance, compare


def test_what_is_the_same_has_no_difference() -> None:
    value: JsonObject = {"offset_m": 8.98, "offset_sd_m": 0.8, "kind": "cut", "frames": [1, 2]}
    assert compare(value, dict(value)) == ()


def test_a_number_may_differ_by_a_tenth_of_its_uncertainty() -> None:
    sealed = {"offset_m": 9.0, "offset_sd_m": 0.8}
    (near,) = compare(sealed, sealed | {"offset_m": 9.07})
    (far,) = compare(sealed, sealed | {"offset_m": 9.09})
    assert near.within
    assert near.tolerance is Tolerance.UNCERTAINTY
    assert not far.within


def test_nothing_may_differ_on_the_same_machine_and_versions() -> None:
    sealed = {"offset_m": 9.0, "offset_sd_m": 0.8}
    (found,) = compare(sealed, sealed | {"offset_m": 9.000001}, exactly=True)
    assert not found.within


def test_counts_and_answers_are_exact() -> None:
    differences = compare({"strikes": 2, "answer": "cut"}, {"strikes": 3, "answer": "none"})
    assert [each.within for each in differences] == [False, False]


def test_a_number_without_uncertainty_may_differ_by_rounding() -> None:
    (near,) = compare({"share": 0.25}, {"share": 0.25 + 1e-8})
    (far,) = compare({"share": 0.25}, {"share": 0.2501})
    assert near.within
    assert not far.within


def test_an_interval_has_its_own_width() -> None:
    (near,) = compare({"offset_95_m": [7.0, 11.0]}, {"offset_95_m": [7.05, 11.0]})
    (far,) = compare({"offset_95_m": [7.0, 11.0]}, {"offset_95_m": [7.2, 11.0]})
    assert near.path == "offset_95_m.0"
    assert near.within
    assert not far.within


def test_homographies_are_compared_by_where_they_put_points() -> None:
    sealed: JsonObject = {
        "covariance_m2": [[0.04, 0.0], [0.0, 0.04]],
        "homographies": [{"to_map": [[0.1, 0, 500000.0], [0, -0.1, 4000000.0], [0, 0, 1]]}],
    }

    def moved(by: float) -> JsonObject:
        matrix: JsonValue = [[0.1, 0, 500000.0 + by], [0, -0.1, 4000000.0], [0, 0, 1]]
        return {**sealed, "homographies": [{"to_map": matrix}]}

    (near,) = compare(sealed, moved(0.019))
    (far,) = compare(sealed, moved(0.021))
    assert near.within
    assert not far.within


def test_a_text_may_differ_in_its_numbers_alone() -> None:
    (number,) = compare({"reason": "9.0 m off"}, {"reason": "9.1 m off"})
    (word,) = compare({"reason": "9.0 m off"}, {"reason": "9.0 m on"})
    assert number.within
    assert not word.within


def test_what_is_missing_or_new_is_listed() -> None:
    differences = compare({"a": 1}, {"b": 1})
    assert [each.path for each in differences] == ["a", "b"]
    assert not any(each.within for each in differences)
