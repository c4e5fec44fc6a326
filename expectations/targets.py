"""Targets: what the office announced, and by when.

Belongs here: what makes a target assessable. Not here: whether it is met (see assessments.py).
"""

import great_expectations as gx

from expectations.rules import decoded, filled, has_rows, in_set, no_rows, not_below, unique, words

REQUIRED = ["target_id", "indicator_id", "document", "quote", "rule", "tolerance_basis", "deadline"]
UNKNOWN = "select t.* from {batch} t anti join indicators i using (indicator_id)"
OTHER_UNIT = """select t.* from {batch} t join indicators i using (indicator_id)
    where t.target_value is not null and t.unit <> i.unit"""
MEND = "修改 assets/guideline/ 中的该目标。 Mend the target under assets/guideline/."


def suite() -> gx.ExpectationSuite:
    """The rules of table `targets`."""
    return gx.ExpectationSuite(
        name="targets",
        expectations=[
            has_rows(words("has_rows", "至少有一个目标", "There is at least one target", MEND)),
            filled(
                REQUIRED, words("required_filled", "目标的必填列都有内容", "Every required column of a target is filled", MEND)
            ),
            unique(["target_id"], words("target_unique", "目标编号不重复", "No target id is used twice", MEND)),
            no_rows(
                UNKNOWN, words("indicator_known", "目标的指标都在指标目录中", "Every target's indicator is in the registry", MEND)
            ),
            no_rows(OTHER_UNIT, words("unit_declared", "目标与其指标单位一致", "A target has the unit of its indicator", MEND)),
            in_set(
                "tolerance_basis",
                ["document", "project_default"],
                words("tolerance_basis_known", "容差依据在代码表中", "The basis of tolerance is in its code list", MEND),
            ),
            not_below("tolerance", 0, words("tolerance_not_negative", "容差不为负", "No tolerance is negative", MEND)),
            decoded(["document", "quote"], MEND),
        ],
    )
