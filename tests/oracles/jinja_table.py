"""What Python's Jinja makes of the parts that chat templates are built of, set up as transformers sets it up.

Writes tests/fixtures/tokenizers/jinja.json. Run from the repository's root:

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install jinja2==3.1.6
    /tmp/oracle/bin/python tests/oracles/jinja_table.py

A row is a template, the text that Python renders, or null where Python refuses. The environment is the one of
`transformers.utils.chat_template_utils._compile_jinja_template` (5.17): sandboxed, trim_blocks, lstrip_blocks, loop
controls, `tojson` as json.dumps without escapes of HTML.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

OUT = Path(__file__).resolve().parents[2] / "tests/fixtures/tokenizers/jinja.json"

DAY = datetime(2024, 7, 26)
MESSAGES = [
    {"role": "user", "content": "  What is 2 + 2?\n\n"},
    {"role": "assistant", "content": "<think>\nTwo and two.\n</think>\n\nIt's 4, isn't it?"},
    {"role": "user", "content": "Check it. \U0001f600 ÀÉ"},
]

TEMPLATES = [
    # texts
    "{{ messages[0].content.strip() }}|", "{{ messages[0].content.strip('\\n') }}|", "{{ messages[0].content.lstrip() }}|",
    "{{ messages[0].content.lstrip('\\n') }}|", "{{ messages[0].content.rstrip('\\n') }}|", "{{ messages[0].content.rstrip(' \\n?') }}|",
    "{{ messages[0].content | trim }}|", "{{ 'xxaxx' | trim('x') }}|", "{{ '\\ufeffa\\x1f\\x85' | trim }}|", "{{ '\\ufeffa\\u200b'.strip() }}|",
    "{{ 'hELLO wORLD'.capitalize() }}", "{{ 'hELLO wORLD' | capitalize }}", "{{ \"it's a dog's life\".title() }}", "{{ \"it's a-b (cd) dOG\" | title }}",
    "{{ 'aBc'.upper() }}{{ 'aBc' | lower }}", "{{ messages[1].content.split('</think>')[-1].lstrip('\\n') }}",
    "{{ messages[1].content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') }}",
    "{{ 'a b  c'.split() | join('|') }}", "{{ ' a b  c '.split(none, 1) | join('|') }}", "{{ 'a,b,c'.split(',', 1) | join('|') }}",
    "{{ 'a,b,c'.split(',', maxsplit=1) | join('|') }}", "{{ 'abc'.split('') }}", "{{ ''.split(',') | length }}{{ ''.split() | length }}",
    "{{ 'aaa'.replace('a', 'b', 2) }}", "{{ 'aaa'.replace('a', 'b', count=1) }}", "{{ 'aaa' | replace('a', 'b') }}", "{{ 'aaa' | replace('a', 'b', 2) }}",
    "{{ 'abc'.replace('', '-') }}", "{{ 'abc'.replace('', '-', 2) }}", "{{ 'a$b'.replace('$', '$$&') }}", "{{ 'a.b'.replace('.', '') }}",
    "{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith(('x', 'c')) }}", "{{ 'abc'.find('c') }}", "{{ 'abc'.isdigit() }}", "{{ 'a' in 'abc' }}{{ 'x' not in 'abc' }}",
    "{{ 'abc'[1] }}{{ 'abc'[-1] }}{{ 'abc'[1:] }}{{ 'abc'[::-1] }}", "{{ messages[2].content[10] }}", "{{ messages[2].content | length }}", "{{ 'abc'.length }}",
    "{{ 'abc'[7] }}|", "{{ 'a' ~ 1 ~ 'b' }}", "{{ 'a' ~ 1.0 }}", "{{ 'a' ~ true ~ none }}", "{{ 'a' + 1 }}", "{{ 'a' * 3 }}", "{{ '%s-%s' % (1, 2) }}", "{{ '%s' | format('x') }}",
    "{{ 'a\\nb\\n\\nc' | indent(2) }}", "{{ 'a\\nb' | indent(2, true) }}", "{{ 'a\\nb' | indent(width=3, first=true) }}",
    # what is printed
    "{{ true }}{{ false }}{{ none }}", "{{ 1 }}{{ 1.0 }}{{ 1.5 }}{{ -0.0 }}{{ 1e3 }}", "{{ [1, 'a', none, true] }}", "{{ {'a': 1} }}", "{{ ('a', 1) }}", "{{ nothing }}|",
    "{{ [1, 'a', none, true, 1.0] | tojson }}", "{{ {'b': 1, 'a': 'é'} | tojson }}", "{{ {'b': [1, 2], 'a': {}} | tojson(indent=2) }}", "{{ '<b>&\"' | tojson }}",
    "{{ 7 // 2 }}{{ -7 // 2 }}{{ 7 % 3 }}{{ -7 % 3 }}{{ 7 / 2 }}{{ 2 ** 3 }}{{ 2 ** -1 }}", "{{ 1 / 0 }}", "{{ 1 % 0 }}", "{{ '3' | int + 1 }}", "{{ -1.5 | int }}", "{{ (-1.5) | int }}", "{{ 'x' | int }}", "{{ '2.5' | float }}",
    "{{ [3, 1, 2] | sort }}", "{{ ['b', 'A', 'c'] | sort | join }}", "{{ [1, 2] | length }}{{ {'a': 1} | length }}", "{{ [1, 1, 2] | unique | list | join }}", "{{ [1, 2] | first }}{{ [1, 2] | last }}", "{{ [] | first }}|", "{{ [1, 2, 3] | reverse | list | join }}",
    "{{ [[1, 2], [3]] | join('-') }}", "{{ ['a', none] | join('-') }}", "{{ 'abc' | list | join('-') }}", "{{ range(3) | list | join }}{{ range(1, 7, 2) | list | join }}{{ range(3, 0, -1) | list | join }}", "{{ range(0, 1, 0) | list }}",
    "{{ messages | map(attribute='role') | join(',') }}", "{{ messages | selectattr('role', 'equalto', 'user') | list | length }}", "{{ messages | rejectattr('role', 'eq', 'user') | list | length }}", "{{ messages | selectattr('tools') | list | length }}",
    "{{ {'b': 1, 'a': 2} | dictsort | join(',') }}", "{{ {'b': 1, 'a': 2}.items() | list | length }}", "{{ {'a': 1}.get('a') }}{{ {'a': 1}.get('b', 2) }}", "{{ {'a': 1}.get('b') }}", "{{ {'a': {'b': 'c'}}['a']['b'] }}",
    "{{ 'x' | default('y') }}{{ nothing | default('y') }}{{ '' | default('y', true) }}", "{{ 'x' | upper | lower }}", "{{ 'a b' | wordcount }}", "{{ 'x' | escape }}", "{{ '<' | e }}", "{{ 'x' | string }}{{ 1 | string }}", "{{ true | string }}", "{{ 3 | abs }}{{ 3.7 | round }}",
    # comparisons
    "{{ 1 == '1' }}{{ 1 == 1.0 }}{{ true == 1 }}", "{{ none == nothing }}{{ nothing == nothing }}{{ none == none }}", "{{ '' == 0 }}{{ none == false }}{{ none == 0 }}", "{{ [] == [] }}{{ [1] == [1] }}{{ {'a': 1} == {'a': 1} }}{{ (1, 2) == [1, 2] }}",
    "{{ messages[0] == messages[0] }}{{ messages[0].role != 'user' }}", "{{ 1 in [1, 2] }}{{ '1' in [1] }}{{ [1] in [[1]] }}{{ 'role' in messages[0] }}", "{{ 'a' < 'b' }}", "{{ 1 < 2 < 3 }}", "{{ not none }}{{ not '' }}{{ not [] }}{{ not 0 }}{{ not {} }}",
    "{{ none is none }}{{ nothing is defined }}{{ nothing is none }}{{ messages[0].tools is defined }}", "{{ 'a' is string }}{{ 1 is number }}{{ {} is mapping }}{{ [] is iterable }}{{ {} is iterable }}{{ 'a' is sequence }}", "{{ true is number }}{{ true is integer }}{{ 1 is boolean }}{{ 1.0 is integer }}{{ 1.0 is float }}", "{{ 2 is odd }}{{ 2 is even }}{{ 4 is divisibleby 2 }}{{ 'a' is in ['a'] }}",
    "{{ (1 if false) }}|", "{{ 'a' if none else 'b' }}", "{{ none or 'x' }}{{ '' and 'x' }}|{{ 0 or false }}", "{{ nothing.inner }}", "{{ messages[0].tools.x }}", "{{ messages[0]['tools'] }}|", "{{ messages[9] }}|", "{{ messages[9].role }}", "{{ nothing + 'a' }}", "{{ nothing | length }}", "{{ nothing() }}",
    # statements
    "{% for m in messages %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{% endfor %}", "{% for m in messages %}{{ loop.previtem.role if loop.previtem is defined }},{% endfor %}", "{% for m in messages if m.role == 'user' %}{{ loop.index }}{{ loop.length }}{% endfor %}",
    "{% for i in [1, 2] %}{{ x is defined }}{% set x = i %}{% endfor %}", "{% set x = 0 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}", "{% set ns = namespace(x=0) %}{% for i in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}", "{% if true %}{% set y = 3 %}{% endif %}{{ y }}",
    "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{% endfor %}", "{% for k in {'a': 1, 'b': 2} %}{{ k }}{% endfor %}", "{% for i in [] %}x{% else %}none{% endfor %}", "{% for i in nothing %}x{% endfor %}|", "{% for c in 'abc' %}{{ c }}-{% endfor %}", "{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "{% for i in [1,2] %}{{ loop.cycle('a', 'b') }}{% endfor %}", "{% for a, b in [(1, 2), (3, 4)] %}{{ a + b }}{% endfor %}",
    "{% macro f(a, b='x') %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}{{ f(1, b=2) }}{{ f(b=3, a=4) }}", "{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}x{% endcall %}", "{% set x %}a{{ 1 }}{% endset %}{{ x }}", "{% filter upper %}a{{ 'b' }}{% endfilter %}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}",
    "  {% if true %}\n  x\n  {% endif %}\ny\n", "a\n{%- if true -%}\n b \n{%- endif %}\nc\n\n", "{# comment #}a{#- b -#} c", "a\r\nb{{ 'x' }}\r\nc", "{{ raise_exception('no') }}", "{% if %}", "{{ unknown_filter | foo }}", "{% include 'x' %}", "{% raw %}{{ x }}{% endraw %}", "{{ strftime_now('%d %b %Y') }}", "{{ strftime_now('%A, %B %-d, %Y %H:%M:%S %j %y %p %I %a %u %w %%') }}", "{{ strftime_now('%Y-%m-%d') }}", "{{ dict(a=1).a }}", "{{ cycler('a') }}", "{{ joiner(',')() }}|", "{{ messages.append(1) }}", "{{ ''.__class__ }}", "{{ [1, 2].pop() }}",
    # one by one
    "{{ true is number }}", "{{ true is integer }}", "{{ 1 is boolean }}", "{{ 1.0 is integer }}", "{{ {} is iterable }}", "{{ (1, 2) is iterable }}", "{{ (1, 2) is sequence }}", "{{ none is string }}", "{{ nothing is string }}", "{{ nothing is iterable }}", "{{ 'A' is upper }}", "{{ 1 is callable }}", "{{ raise_exception is callable }}", "{{ none is not none }}", "{{ nothing is not defined }}", "{{ nothing is undefined }}", "{{ 'abc' is lower }}",
    "{{ 1 in [1, 2] }}", "{{ '1' in [1] }}", "{{ 1 in [true] }}", "{{ none in [nothing] }}", "{{ 'role' in messages[0] }}", "{{ 1 in {'a': 1} }}", "{{ 1 in 'a' }}", "{{ 'a' in none }}", "{{ 'a' in nothing }}", "{{ 'a' in 1 }}", "{{ 'a' in ('a', 'b') }}",
    "{{ true + 1 }}", "{{ true }}", "{{ none }}", "{{ 1.0 }}", "{{ 1.5 }}", "{{ 3 * 1.0 }}", "{{ 4 / 2 }}", "{{ [none] }}", "{{ [true, 'it\'s'] }}", "{{ ['a\nb'] }}", "{{ {'a': none} }}", "{{ (1,) }}", "{{ () }}", "{{ [] }}", "{{ {} }}", "{{ {'a': 1}.items() | list }}", "{{ {'a': 1}.keys() | list }}", "{{ range(2) }}", "{{ range(2) | list }}", "{{ messages[0] }}", "{{ {1: 2}[1] }}", "{{ {'a': 1}.b }}|", "{{ {'items': 1}['items'] }}",
    "{{ [1, 2] + [3] }}", "{{ [1] + 'a' }}", "{{ 'a' + none }}", "{{ 'a' + nothing }}", "{{ none + 1 }}", "{{ [1, 2, 3][1:] }}", "{{ [1, 2, 3][-1] }}", "{{ [1, 2][5] }}|", "{{ (1, 2)[0] }}", "{{ 'a' ~ none }}", "{{ 'a' ~ [1] }}", "{{ nothing ~ 'a' }}", "{{ 1 ~ 2 }}", "{{ -7 % 3 }}", "{{ 7 % -3 }}", "{{ -7 // 2 }}", "{{ 7.5 % 2 }}", "{{ 7.5 // 2 }}", "{{ -7.5 % 2 }}", "{{ 2 ** 0.5 }}", "{{ 2 - 3 }}", "{{ 2-1 }}", "{{ 1 < 2 }}{{ 2 <= 1 }}", "{{ 1 < '2' }}", "{{ true < 2 }}", "{{ none < 1 }}", "{{ +1 }}{{ -(2) }}", "{{ not 1 == 2 }}", "{{ 1 and 2 }}", "{{ 1 or 2 }}", "{{ nothing and 1 }}|", "{{ not nothing }}", "{{ 1 if nothing else 2 }}",
    "{{ 'abc' | first }}", "{{ 'abc' | last }}", "{{ 'abc' | reverse }}", "{{ 'ab' | join('-') }}", "{{ ['a', 1] | join }}", "{{ [1, true] | join('-') }}", "{{ [1.0] | join }}", "{{ [[1]] | join }}", "{{ 1 | length }}", "{{ none | length }}", "{{ none | default('x') }}", "{{ none | default('x', true) }}", "{{ nothing | default }}|", "{{ nothing | trim }}|", "{{ none | trim }}", "{{ 1 | trim }}", "{{ none | upper }}", "{{ nothing | tojson }}", "{{ none | tojson }}", "{{ (1, 2) | tojson }}", "{{ 1.0 | tojson }}", "{{ 'é\n\u2028' | tojson }}", "{{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }}", "{{ [1] | tojson(indent=4) }}", "{{ [] | tojson(indent=4) }}", "{{ {'a': [1]} | tojson(separators=(',', ':')) }}", "{{ 'é' | tojson(ensure_ascii=true) }}", "{{ 'a' | string | length }}", "{{ none | string }}", "{{ [1] | string }}", "{{ '12x' | int }}", "{{ ' 12 ' | int }}", "{{ '1.9' | int }}", "{{ 'x' | int(7) }}", "{{ '0x1f' | int }}", "{{ 1.9 | int }}", "{{ true | int }}", "{{ none | int }}", "{{ '1e3' | float }}", "{{ 3 | float }}", "{{ -3 | abs }}", "{{ ['b', 'a'] | sort(reverse=true) | join }}", "{{ [{'a': 2}, {'a': 1}] | sort(attribute='a') | map(attribute='a') | join }}", "{{ [1, 'a'] | sort }}", "{{ [3, 1] | max }}", "{{ [1, 2] | sum }}", "{{ messages | map('upper') | list }}", "{{ messages | list | length }}", "{{ messages | batch(2) | list | length }}", "{{ messages | groupby('role') | length }}", "{{ messages | tojson | length }}", "{{ messages | selectattr('role', 'ne', 'user') | list | length }}", "{{ messages | selectattr('role', 'in', ['user']) | list | length }}", "{{ [1, 2, 3] | select('odd') | list }}", "{{ 'a' | replace('a', 1) }}", "{{ 'a\nb\n' | indent }}|", "{{ '\n a' | indent(2, true, true) }}", "{{ 'A b' | capitalize }}", "{{ 'x' | safe }}", "{{ 'x' | title }}", "{{ 'ß' | capitalize }}", "{{ 'ŉ'.upper() }}", "{{ 'x' | center(5) }}", "{{ 'a,b' | split(',') }}",
    "{{ 'a-b'.split('-')[1] }}", "{{ 'abc'.strip('ac') }}", "{{ 'abc'.strip(none) }}|", "{{ 'abc'.strip('') }}", "{{ 'a'.upper }}", "{{ 'abc'.replace('b') }}", "{{ 'abc'.startswith(1) }}", "{{ 'abc'.startswith(['a']) }}", "{{ 'abc'.split(maxsplit=1) }}", "{{ 'abc'.title }}", "{{ 'abc'.join(['x', 'y']) }}", "{{ ','.join(['x', 'y']) }}", "{{ 'a b'.rsplit(' ', 1) }}", "{{ 'a\nb'.splitlines() }}", "{{ 'abc'.removeprefix('a') }}", "{{ 'abc'.index('c') }}", "{{ 'x'.format(1) }}", "{{ 'aXb'.lower().upper() }}", "{{ 'a'.count('a') }}", "{{ 'abc'['length'] }}|", "{{ 'abc'[1:][0] }}", "{{ '😀a'[0] }}{{ '😀a'[1] }}", "{{ '😀a'[1:] }}",
    "{% for m in messages if m.role == 'none' %}x{% else %}empty{% endfor %}", "{% for i in [1, 2, 3] if i > 1 %}{{ loop.index }}{{ loop.first }}{{ i }}{% endfor %}", "{% for i in [1] %}{% for j in [1, 2] %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}{{ loop is defined }}", "{% for i in [1, 2] %}{{ loop.depth }}{% endfor %}", "{% for i in [1, 2] %}{% if loop.first %}{% set z = 1 %}{% endif %}{{ z is defined }}{% endfor %}", "{% for i in 5 %}x{% endfor %}", "{% for i in none %}x{% endfor %}", "{% for i in [3] %}{{ i }}{% endfor %}{{ i }}|", "{% for a, b in [1] %}x{% endfor %}", "{% for a, b in ['xy'] %}{{ a }}{{ b }}{% endfor %}", "{% for i in range(3) %}{% if i == 1 %}{% break %}{% endif %}{% else %}e{% endfor %}", "{% break %}",
    "{% macro f() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, a=2) }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f() }}|", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}", "{% macro f() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ f() }}", "{% set x = 1 %}{% macro f() %}{{ x }}{% endmacro %}{{ f() }}", "{% for x in [1] %}{% macro f() %}{{ x }}{% endmacro %}{{ f() }}{% endfor %}", "{% macro f() %}{% set q = 1 %}{% endmacro %}{{ f() }}{{ q is defined }}", "{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}{{ ns.b is defined }}", "{% set ns = namespace(a=[1]) %}{% set ns.a = ns.a + [2] %}{{ ns.a | length }}", "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}", "{% set messages = messages[1:] %}{{ messages | length }}", "{% set true = false %}{{ true }}", "{% if messages[0]['role'] == 'user' %}u{% elif false %}e{% else %}x{% endif %}", "{{ bos_token + 'x' }}", "{{ bos_token ~ eos_token }}", "{{ eos_token + 'x' }}", "{%- set x = 'a' -%}\n {{- x -}} \n b", "{{ '{{' }}{{ '{%' }}", "{{ \"\\x41\\u00e9\\n\" }}", "{{ 'a' 'b' }}", "{{ [1,] }}", "{{ {'a': 1,}['a'] }}", "{{ true and not false }}", "{{ (1 + 2) * 3 }}", "{{ 1 + 2 * 3 ** 2 }}", "{{ -2 ** 2 }}", "{{ 10 - 2 - 3 }}", "{{ 'a' in 'abc' and 'b' not in 'xyz' }}", "{{ not 'a' in 'b' }}", "{{ 1 == 1 == 1 }}", "{{ 'a' | upper ~ 'b' }}", "{{ 'a' ~ 'b' | upper }}", "{{ messages[-1].role }}", "{{ messages[0:1][0].role }}", "{{ messages.0.role }}", "{{ loop }}|", "{{ self }}", "{{ ('a' if true) ~ ('b' if false) }}|", "{{ 1_000 }}", "{{ 0x10 }}", "{{ .5 }}", "{{ 'é' | length }}", "{{ '' or none }}",
    "{% if '' %}a{% elif 0 %}b{% elif none %}c{% elif nothing %}d{% elif [] %}e{% elif {} %}f{% else %}g{% endif %}", "{% if not messages[0].tool_calls %}x{% endif %}", "{% if messages[0].tool_calls is defined and messages[0].tool_calls is not none %}y{% else %}n{% endif %}", "{% if tools is not none %}y{% else %}n{% endif %}", "{% if not tools is defined %}{% set tools = none %}{% endif %}{{ tools is none }}",
    "{{- '' -}}x", "x{{- 1 }} {{ 2 -}} y", "a {%- if true %} b {% endif -%} c", "\n\n{{ 1 }}\n\n", "{# a #}\nb", "a\n{# b #}\nc", "{% if true %}\n\nx{% endif %}", "\t{% if true %}x{% endif %}", "a  {% if true %}x{% endif %}", "{%+ if true %}x{% endif %}", "  {%+ if true %}x{% endif %}", "{% if true +%}\nx{% endif %}", "{{ 'a\\\\b' }}", "{{ 'a\\'b' }}", "{{ \"a'b\" | tojson }}", "{%  if true   %}x{%endif%}", "{{1}}{{2}}", "{% set x %}{% for i in [1,2] %}{{ i }}{% endfor %}{% endset %}{{ x | length }}",
]


def render(environment, template):
    try:
        return environment.from_string(template).render(
            messages=MESSAGES, tools=None, documents=None, bos_token="<s>", add_generation_prompt=True
        )
    except Exception as refused:  # Python's own refusal is what the row records
        print(f"{type(refused).__name__}: {refused}  {template!r}", file=sys.stderr)
        return None


def environment():
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    made.globals["strftime_now"] = DAY.strftime
    return made


rows = [{"template": template, "text": render(environment(), template)} for template in TEMPLATES]
table = {"jinja2": jinja2.__version__, "day": DAY.date().isoformat(), "messages": MESSAGES, "rows": rows}
target = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
target.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n")
