"""A municipality's registries at size: the whole of `havn import` and `havn export`, measured from outside.

`python -m bench.imports [rows]`; a table is printed, the figures land in bench/results/imports.json. Each file has that
many rows: families (with as many of household.csv), requests, placements, vacancies (of as many units).
"""
