"""The vocabulary of charts in both languages.

Belongs here: words and patterns that the rules of charts choose among. Not here: the rules (findings.py), formats (words.py).
"""

from ipmon.charts.picture import Lang
from ipmon.declared import Text

VOCABULARY = {
    "rose": Text(zh="升至", en="rose to"),
    "fell": Text(zh="降至", en="fell to"),
    "unchanged": Text(zh="保持在", en="stayed at"),
    "level": Text(zh="在精度内持平，为", en="was unchanged within precision at"),
    "stood": Text(zh="为", en="was"),
    "highest": Text(zh="，{n}年新高", en=", highest in {n} years"),
    "lowest": Text(zh="，{n}年新低", en=", lowest in {n} years"),
    "first_rise": Text(zh="，{n}年来首升", en=", first rise in {n} years"),
    "first_fall": Text(zh="，{n}年来首降", en=", first fall in {n} years"),
    "first_above": Text(zh="，首次高于目标", en=", above the target for the first time"),
    "first_at": Text(zh="，首次达到目标", en=", at the target for the first time"),
    "grew": Text(zh="增长{n}", en="grew {n}"),
    "shrank": Text(zh="下降{n}", en="shrank {n}"),
    "above": Text(zh="高于", en="above"),
    "below": Text(zh="低于", en="below"),
    "at": Text(zh="等于", en="equal to"),
    "figure": Text(zh="图{n}", en="Figure {n}"),
    "target_of": Text(zh="{years}年目标 {number}", en="{years} target {number}"),
    "progress": Text(zh="{value} / {target}，{when}；{year}年目标", en="{value} / {target}, {when}; {year} target"),
    "told": Text(zh="{name}：{values}。", en="{name}: {values}."),
    "rising": Text(zh="高于上年", en="above last year"),
    "no_number": Text(zh="无数值", en="no number"),
    "no_value": Text(zh="无数据", en="no data"),
    "fragile": Text(zh="{status}（脆弱）", en="{status} (fragile)"),
    "strip_note": Text(
        zh="脆弱：在公布精度或通常修订幅度之内结论会改变。",
        en="Fragile: the status would change within the printed precision or the usual revision.",
    ),
    # What the reader must know of a kind
    "note_slope": Text(
        zh="实线上升，虚线下降，点线在公布精度内不变。",
        en="Solid lines rose, dashed lines fell; dotted ones did not change within the printed precision.",
    ),
    "note_interval": Text(
        zh="线段为公布精度所容许的范围，箭头表示一侧无界。",
        en="Lines span what the printed precision allows; an arrow is an open side.",
    ),
    "note_cohort_curves": Text(zh="浅色线为其余各组。", en="Light lines are the other cohorts."),
    "note_tile_map": Text(
        zh="一格为一个省级地区，位置为示意，不表示边界；“–”为无数据。颜色按数值高低分为五组，各组地区数相近。",
        en="A square is a province, roughly placed, no border; a dash is no data. Five shades, about as many provinces each.",
    ),
    "note_heat_table": Text(
        zh="空白为无数据或本图未列；年末数列入十二月。",
        en="A blank month has no data or is not shown here; a value at the end of a year stands in December.",
    ),
    "others": Text(zh="其余", en="Others"),
    "rounding": Text(zh="舍入差与其他", en="Rounding and other"),
    "age": Text(zh="{n}个月", en="{n} months"),
    "months": Text(zh="1月|2月|3月|4月|5月|6月|7月|8月|9月|10月|11月|12月", en="Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"),
    "columns": Text(zh="指标|目标|最新数值|时期|状态", en="Indicator|Target|Latest|Period|Status"),
    "source": Text(
        zh="来源：{names}{reprints}。发布 {release}，数据截至 {day}。",
        en="Source: {names}{reprints}. Release {release}, data as of {day}.",
    ),
    "reprints": Text(zh="（部分采自媒体转载）", en=" (some as carried by the press)"),
    "press": Text(zh="媒体报道", en="press reports"),
    "p": Text(zh="[p] 初步数。", en="[p] provisional."),
    "r": Text(zh="[r] 修订数。", en="[r] revised."),
    "e": Text(zh="数值为估计值。", en="Values are estimates."),
    "more": Text(zh="＞：原文为“超过”“以上”等下限。", en='＞: the source gives a lower bound ("over").'),
    "less": Text(zh="＜：原文为“近”“接近”等上限。", en='＜: the source gives an upper bound ("nearly").'),
    "gaps": Text(zh="无数据、留空的年份：{years}。", en="Years without data, left open: {years}."),
    "some_gaps": Text(zh="部分序列无数据、留空的年份：{years}。", en="Years without data in some series, left open: {years}."),
    "coverage": Text(zh="{total}个省份中的{found}个", en="{found} of {total} provinces"),
    "largest": Text(zh="最大的{n}个", en="largest {n}"),
}


def say(word: str, lang: Lang) -> str:
    """A word or pattern of the vocabulary."""
    return str(getattr(VOCABULARY[word], lang))
