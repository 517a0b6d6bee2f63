"""The floor's list as text: what the product's page shows of it, as somebody would write it for this one company.

The same cells with their links, boxes and names for screen readers, the same heads, search form, buttons and pager; no
saved views, and no part that is asked for later. All of it is text of the template but the rows, the order and the
place.
"""

# ruff: noqa: E501 - text of a page

from __future__ import annotations

#: what can be sorted by, and the heads: a key, or empty where the list cannot be sorted by it, the title, whether figures
TITLES = (
    ("code", "客户代码", False),
    ("name", "客户名称", False),
    ("grading.grade", "等级", False),
    ("region", "区域", False),
    ("business_type", "经营方式", False),
    ("stage", "合作阶段", False),
    ("", "负责人", False),
    ("trade_since", "合作起始日", False),
    ("credit.class", "信用等级", False),
    ("credit.limit", "信用额度", True),
    ("credit.exposure", "信用占用", True),
    ("credit.free", "可用额度", True),
    ("credit.overdue", "逾期金额", True),
    ("trade.total_amount", "累计订货额", True),
    ("trade.last_order_date", "最近下单", False),
)

LIST = """<div class="kz-head"><div><h1>客户档案</h1><div class="sub"><span data-kz-load="/customers?count=1"><a href="/customers?count=1">数量</a></span> 家符合条件</div></div><div class="kz-acts"><details class="kz-acts-more"><summary class="btn btn-light">更多…</summary></details>
{%- if me.role_key == 'administrator' %}<details class="kz-menu"><summary class="btn btn-light"><i class="bi bi-download" aria-hidden="true"></i>导出</summary><div class="dropdown-menu dropdown-menu-end show">
<div class="dropdown-header">按当前筛选与列</div>
<a class="dropdown-item" href="/customers?sort={{ sort }}&amp;format=csv" download>CSV（UTF-8）</a>
<a class="dropdown-item" href="/customers?sort={{ sort }}&amp;format=xlsx" download>Excel（.xlsx）</a>
<hr class="dropdown-divider"><div class="dropdown-header">导出会记入审计日志</div></div></details><a class="btn btn-light" href="/customers/duplicates"><i class="bi bi-copy" aria-hidden="true"></i>查重</a><a class="btn btn-light" href="/customers/lists"><i class="bi bi-list-ul" aria-hidden="true"></i>列表</a><a class="btn btn-light" href="/imports?kind=customers"><i class="bi bi-upload" aria-hidden="true"></i>导入</a>{% endif %}<a class="btn btn-primary" href="/customers/new" data-kz-new><i class="bi bi-plus-lg" aria-hidden="true"></i>新建客户</a></div></div>
<section class="kz-panel" aria-label="客户档案" data-kz-density="normal">
<div class="kz-bar position-relative">
<form class="kz-facets" method="get" role="search" aria-label="查找本列表"><input type="hidden" name="sort" value="{{ sort }}">
<i class="bi bi-search" aria-hidden="true"></i>
<input name="q" type="search" maxlength="200" autocomplete="off" data-kz-find aria-label="查找本列表" placeholder="名称或代码" value="{{ request.args.q }}">
</form>
<div class="kz-acts">
<details class="kz-menu position-static"><summary class="btn btn-light"><i class="bi bi-funnel" aria-hidden="true"></i>筛选</summary><div class="dropdown-menu dropdown-menu-end show p-3" data-kz-part="/customers?sort={{ sort }}&amp;part=filters"><a href="/customers?sort={{ sort }}&amp;part=filters">选择筛选条件</a></div></details>
<details class="kz-menu"><summary class="btn btn-light"><i class="bi bi-layout-three-columns" aria-hidden="true"></i>列</summary><div class="dropdown-menu dropdown-menu-end show p-3" data-kz-part="/customers?sort={{ sort }}&amp;part=columns"><a href="/customers?sort={{ sort }}&amp;part=columns">选择显示的列</a></div></details>
<div class="kz-seg kz-hide-sm" role="group" aria-label="行高" data-kz-needs-script hidden><button type="button" data-kz-set-density="compact" aria-pressed="false" title="紧凑" aria-label="紧凑"><i class="bi bi-list" aria-hidden="true"></i></button><button type="button" data-kz-set-density="normal" aria-pressed="true" title="标准" aria-label="标准"><i class="bi bi-view-list" aria-hidden="true"></i></button><button type="button" data-kz-set-density="roomy" aria-pressed="false" title="宽松" aria-label="宽松"><i class="bi bi-view-stacked" aria-hidden="true"></i></button></div>
</div>
</div>
{%- if rows %}
<form class="kz-bulk" id="kz-chosen" method="post" aria-label="所选记录" data-kz-bulk>
<input type="hidden" name="query" value="{{ request.query_string.decode() }}"><input type="hidden" name="back" value="/customers"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
<b data-kz-needs-script hidden>已选 <span data-kz-count>0</span> 条</b>
{%- if me.role_key != 'salesperson' %}<button type="submit" class="btn btn-sm btn-light" formaction="/customers/assign"><i class="bi bi-person-up" aria-hidden="true"></i>移交…</button>{% endif %}
<button type="submit" class="btn btn-sm btn-light" formaction="/customers/share"><i class="bi bi-share" aria-hidden="true"></i>共享…</button>
<button type="submit" class="btn btn-sm btn-light" formaction="/releases/chosen"><i class="bi bi-file-earmark-person" aria-hidden="true"></i>申请查阅…</button>
<button type="submit" class="btn btn-sm btn-light" formaction="/upkeep/verify"><i class="bi bi-patch-check" aria-hidden="true"></i>核定…</button>
<label class="form-check d-flex gap-2 mb-0"><input class="form-check-input" type="checkbox" name="all" value="1">符合条件的全部记录，不只是勾选的</label>
</form>
<div class="kz-scroll kz-fill" tabindex="0" role="region" aria-label="表格，可滚动">
<table class="kz-table nowrap stack" role="table" data-kz-select="kz-chosen"><caption class="visually-hidden">客户档案</caption>
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader" class="kz-pick"><input class="form-check-input" type="checkbox" aria-label="选择本页所有行" data-kz-needs-script hidden></th>
{%- for key, title, numeric in titles if figures or not numeric or key == 'trade.total_amount' %}
<th scope="col" role="columnheader"{% if numeric %} class="kz-num"{% endif %}{% if key == sort %} aria-sort="ascending"{% endif %}>{% if key %}<a class="kz-sort" href="/customers?sort={% if key == sort %}-{% endif %}{{ key }}">{{ title }}{% if key == sort %} <i class="bi bi-caret-up-fill" aria-hidden="true"></i>{% endif %}</a>{% else %}{{ title }}{% endif %}</th>
{%- endfor %}
</tr></thead>
<tbody role="rowgroup">
{%- for row in rows %}
<tr role="row"><td role="cell" class="kz-pick" data-m="end"><input class="form-check-input" type="checkbox" name="ids" form="kz-chosen" value="{{ row.id }}" aria-label="选择{{ row.name }}"></td><td role="cell" class="kz-muted">{{ row.code or '—' }}</td><td role="cell" data-m="title"><a class="kz-name" href="/customers/{{ row.id }}">{{ row.name }}</a></td><td role="cell" data-m="end">{% if row.grade %}<a class="kz-grade t-{{ row.tone }}" title="等级 {{ row.grade }}" href="/grading/customers/{{ row.id }}" aria-label="等级 {{ row.grade }}，查看来由">{{ row.grade }}</a>{% else %}<span class="kz-grade none" title="未分级">–</span>{% endif %}</td>
<td role="cell">{{ words.get(('region', row.region), row.region) or '—' }}</td><td role="cell">{{ words.get(('business_type', row.business_type), row.business_type) or '—' }}</td><td role="cell">{{ words.get(('stage', row.stage), row.stage) or '—' }}</td><td role="cell" data-m="x">{% if row.owner %}<span class="kz-who"><span class="kz-av t-blue" aria-hidden="true">{{ row.owner[0] }}</span>{{ row.owner }}</span>{% else %}—{% endif %}</td>
<td role="cell" class="kz-muted">{{ row.trade_since or '—' }}</td><td role="cell" data-m="x">{% if row.class_key %}<span class="kz-credit t-{{ row.class_tone }}" title="信用等级 {{ row.class_key }}"><i class="bi bi-shield-check" aria-hidden="true"></i>{{ row.class_key }}</span>{% else %}<span class="kz-muted">未评级</span>{% endif %}</td>
{%- if figures %}{% for figure, title in ((row.credit_limit, '信用额度'), (row.exposure, '信用占用'), (row.free, '可用额度'), (row.overdue, '逾期金额')) %}<td role="cell" class="kz-num" data-m="x" data-l="{{ title }}">{{ '¥{:,.0f}'.format(figure / 100) if figure is not none else '—' }}</td>{% endfor %}{% endif %}<td role="cell" class="kz-num" data-m="x" data-l="累计订货额">{{ '¥{:,.0f}'.format(row.total_amount / 100) if row.total_amount is not none else '—' }}</td><td role="cell" class="kz-muted">{{ row.last_order_date or '—' }}</td></tr>
{%- endfor %}
</tbody>
</table></div>
{%- else %}
<div class="kz-empty"><span class="pic"><i class="bi bi-search" aria-hidden="true"></i></span><h2>没有找到客户</h2><p>没有客户档案符合搜索词和全部筛选条件。</p><a class="btn btn-light" href="/customers">清除搜索与筛选</a></div>
{%- endif %}
<div class="kz-pager">
<span role="status">本页 {{ rows|length }} 行 · <span data-kz-load="/customers?count=1"><a href="/customers?count=1">数量</a></span> 家符合条件</span>
{%- if sort in ('name', 'code', 'credit.free') %}
<div class="kz-hide-sm"><form class="d-flex align-items-center gap-1" method="get"><input type="hidden" name="sort" value="{{ sort }}">
<label for="list-from">从</label>
<input class="form-control form-control-sm w-auto" id="list-from" name="from" type="text" required value="{{ request.args.from }}">
<button type="submit" class="btn btn-sm btn-light">转到</button></form></div>
{%- endif %}
<div class="kz-acts">
<span class="d-flex align-items-center gap-1">每页 <span class="kz-seg" role="group" aria-label="每页行数"><a href="/customers?sort={{ sort }}" aria-current="true">50</a><a href="/customers?sort={{ sort }}&amp;size=100">100</a></span></span>
{% if request.args.id %}<a class="btn btn-sm btn-light" rel="prev" href="?sort={{ sort }}"><i class="bi bi-chevron-left" aria-hidden="true"></i>上一页</a>{% else %}<span class="btn btn-sm btn-light disabled" aria-disabled="true"><i class="bi bi-chevron-left" aria-hidden="true"></i>上一页</span>{% endif %}
{% if last %}<a class="btn btn-sm btn-light" rel="next" href="?sort={{ sort }}&amp;value={{ last.sorted }}&amp;id={{ last.id }}">下一页<i class="bi bi-chevron-right" aria-hidden="true"></i></a>{% else %}<span class="btn btn-sm btn-light disabled" aria-disabled="true">下一页<i class="bi bi-chevron-right" aria-hidden="true"></i></span>{% endif %}
</div></div>
</section>"""
