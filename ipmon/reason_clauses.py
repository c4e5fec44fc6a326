"""The clauses that the reasons of the assessments are put together from, each in Chinese and in English.

Belongs here: words. Not here: which clauses a reason has, and the numbers in them (see reasons.py).
"""

from ipmon.declared import Text

CLAUSES: dict[str, Text] = {
    # what the value says
    "lead": Text(zh="{period}值{value}", en="The value for {period}, {value},"),
    "lead_growth": Text(zh="{period}同比增长{value}", en="Growth on a year earlier for {period}, {value},"),
    "not_above": Text(zh="，不高于目标{goal}", en=" is not above the target of {goal}"),
    "not_below": Text(zh="，不低于目标{goal}", en=" is not below the target of {goal}"),
    "beyond": Text(zh="，高于目标{goal}", en=" is above the target of {goal}"),
    "above_within": Text(zh="，高于目标{goal}，但在容差之内", en=" is above the target of {goal} but within the tolerance"),
    "below_within": Text(zh="，低于目标{goal}，但在容差之内", en=" is below the target of {goal} but within the tolerance"),
    "above": Text(zh="，比目标{goal}高{gap}", en=" is above the target of {goal} by {gap}"),
    "below": Text(zh="，比目标{goal}低{gap}", en=" is below the target of {goal} by {gap}"),
    "not_beyond": Text(zh="，等于目标{goal}，而目标要求超过它", en=" equals the target of {goal}, which asks for more than that"),
    "in_band": Text(zh="，在目标{goal}的稳定区间之内", en=" is inside the band around the target of {goal}"),
    "out_of_band": Text(
        zh="，超出目标{goal}的稳定区间，相差{gap}", en=" is outside the band around the target of {goal}, {gap} away from it"
    ),
    "over_the_whole": Text(
        zh="，超过100%，覆盖率不可能如此，须先核对", en=" is over 100%, which a coverage cannot be; check it first"
    ),
    "risen": Text(zh="，比{base_period}的{base}上升{gap}", en=" is {gap} above the {base} of {base_period}"),
    "fallen": Text(zh="，比{base_period}的{base}下降{gap}", en=" is {gap} below the {base} of {base_period}"),
    "cannot_tell": Text(
        zh="，与{base_period}的{base}相差{gap}，不超过通常的修订幅度{usual}，无法判断是否上升",
        en=" differs from the {base} of {base_period} by {gap}, no more than the usual revision of {usual}: too little to tell",
    ),
    "no_base_to_rise": Text(
        zh="，尚无{base_period}的可比数值，无法判断是否上升",
        en=" stands without a comparable value of {base_period}, so whether it rose cannot be told",
    ),
    "beyond_revision": Text(zh="，超过通常的修订幅度{usual}", en=", more than the usual revision of {usual}"),
    "tolerance_project_default": Text(
        zh="（容差{tolerance}为项目默认）", en=" (the tolerance of {tolerance} is the project's default)"
    ),
    "tolerance_document": Text(zh="（容差{tolerance}由文件给出）", en=" (the tolerance of {tolerance} is the document's)"),
    # how far along
    "path": Text(
        zh="；已完成所需变化的{progress}%，时间已过{elapsed}%，两者之比为{ratio}",
        en="; {progress}% of the needed change is done with {elapsed}% of the time gone, a ratio of {ratio}",
    ),
    "growth": Text(zh="，为所要求增速的{progress}%", en=", {progress}% of the growth asked for"),
    "needed_rise": Text(zh="，此后每年还需上升{needed}", en="; from there it has to rise by {needed} a year"),
    "needed_fall": Text(zh="，此后每年还需下降{needed}", en="; from there it has to fall by {needed} a year"),
    "needed_new": Text(
        zh="；年内余下时间，此前年内未计入者需同比增长{needed}",
        en="; in the rest of the year, those not counted earlier in it have to grow by {needed}",
    ),
    "needed_growth": Text(zh="；年内余下时间需同比增长{needed}", en="; the rest of the year has to grow by {needed}"),
    "even": Text(zh="（按上年各月均匀估算）", en=" (taking last year as even)"),
    "no_base": Text(
        zh="；{base_period}的基期值尚不知道，无法计算进度",
        en="; the base value of {base_period} is not known, so progress cannot be computed",
    ),
    "base_is_target": Text(
        zh="；{base_period}的基期值就等于目标，无法计算进度",
        en="; the base value of {base_period} equals the target, so progress cannot be computed",
    ),
    "base_beyond_target": Text(
        zh="；{base_period}的基期值已达到目标，此后反向变化",
        en="; the base value of {base_period} was at the target already and has come back",
    ),
    "no_growth_asked": Text(
        zh="，而目标没有要求增长，无法计算进度", en=", and the target asks for no growth, so progress cannot be computed"
    ),
    "zero_base": Text(
        zh="，但上年同期或上年全年的值为零或负数，增长率没有意义",
        en=" has no meaning, because the value of the year before is zero or negative",
    ),
    # why there is nothing to say
    "not_in_force": Text(
        zh="在{as_of}这一天，文件尚未或不再如此规定", en="On {as_of} the document did not yet, or no longer, say so"
    ),
    "no_value": Text(
        zh="目标期（至{reference}）内尚无公布的值",
        en="No value has been published yet for the time of the target, up to {reference}",
    ),
    "not_published": Text(
        zh="{reference}的值尚未公布，不作评估", en="The value for {reference} has not been published, so there is no assessment"
    ),
    "last_known": Text(zh="；已知最近的是{period}的{value}", en="; the latest one known is {value} for {period}"),
    "evidence": Text(zh="有{proof_day}的证据表明已完成", en="Evidence of {proof_day} shows that it is done"),
    "late": Text(
        zh="证据表明在期限{deadline}之后的{proof_day}才完成",
        en="Evidence shows that it was done on {proof_day}, after the deadline {deadline}",
    ),
    "refuted": Text(
        zh="{proof_day}的证据表明到期限{deadline}尚未完成",
        en="Evidence of {proof_day} shows that it was not done by the deadline {deadline}",
    ),
    "no_evidence": Text(zh="尚无注明日期的证据", en="There is no dated evidence yet"),
    # what a reader should know besides
    "provisional": Text(zh="该值为初步数。", en=" The value is provisional."),
    "printed_precision": Text(zh="在公布数字的精度之内，结论会改变。", en=" The status turns within the printed precision."),
    "usual_revision": Text(
        zh="按通常的修订幅度{usual}修订，结论会改变。", en=" A usual revision of {usual} would turn the status."
    ),
    "project_tolerance": Text(
        zh="不计项目默认的容差，结论会改变。", en=" Without the project's default tolerance the status would be another."
    ),
    "run": Text(
        zh="最近三个值都在目标的同一侧，稳定与否存疑（项目默认规则）。",
        en=" The three latest values lie on one side of the target, so its stability is in doubt (a project default).",
    ),
    "unseen": Text(zh="目标数值尚未在官方文件的原表中见到。", en=" The target's number has not been seen in the official table."),
}

SIMULATED = CLAUSES | {
    "no_value": Text(
        zh="目标期（至{reference}）内没有模拟值", en="There is no simulated value for the time of the target, up to {reference}"
    ),
    "not_published": Text(
        zh="没有{reference}的模拟值，不作评估", en="There is no simulated value for {reference}, so there is no assessment"
    ),
}
"""The clauses about simulated values, which do not say whether a real one was published."""

ABOUT = Text(zh="{goal}左右", en="about {goal}")
