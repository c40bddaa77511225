1..1000000000 | where $it mod 7 == 0 | first 5 | str join ' '
