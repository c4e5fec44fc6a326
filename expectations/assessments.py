"""Assessments: the status of every target, with the sentence that says why.

Belongs here: that each target has one well-formed verdict. Not here: how a verdict is reached (see ipmon.target_rules).
"""

import great_expectations as gx

from expectations.rules import decoded, filled, has_rows, in_set, no_rows, unique, words

REQUIRED = ["target_id", "as_of", "status", "status_zh", "status_en", "fragile", "reason_zh", "reason_en"]
STATUSES = ["met", "met_so_far", "on_track", "needs_acceleration", "off_track", "moving_away", "missed", "not_assessed"]
FORGOTTEN = "select t.* from targets t anti join {batch} a using (target_id)"
ORPHANED = "select a.* from {batch} a anti join targets t using (target_id, indicator_id)"
INVENTED = "select a.* from {batch} a join targets t using (target_id) where t.rule = 'none' and a.status <> 'not_assessed'"
GROUNDLESS = "select * from {batch} where status <> 'not_assessed' and value is null"
REPORT = "请报告缺陷并附上该行。 Report this as a defect, with the row."


def suite() -> gx.ExpectationSuite:
    """The rules of table `assessments`."""
    return gx.ExpectationSuite(
        name="assessments",
        expectations=[
            has_rows(words("has_rows", "至少有一个评价", "There is at least one assessment", REPORT)),
            filled(
                REQUIRED,
                words(
                    "required_filled",
                    "状态和两种语言的理由都有内容",
                    "Status and the reason in both languages are filled",
                    REPORT,
                ),
            ),
            in_set("status", STATUSES, words("status_known", "状态在代码表中", "Statuses are in their code list", REPORT)),
            unique(["target_id"], words("one_a_target", "一个目标只有一个评价", "A target is assessed once", REPORT)),
            no_rows(FORGOTTEN, words("every_target", "每个目标都有评价", "Every target is assessed", REPORT)),
            no_rows(ORPHANED, words("target_known", "每个评价都有目标", "Every assessment has its target", REPORT)),
            no_rows(
                INVENTED, words("none_invented", "没有数值的目标不作评价", "A target without a number is not assessed", REPORT)
            ),
            no_rows(GROUNDLESS, words("has_value", "有结论的评价都有所依据的数值", "Every verdict rests on a value", REPORT)),
            decoded(["reason_zh", "reason_en"], REPORT),
        ],
    )
