
M12102ëœÚ·Ê3"210102*2101002P1:OB1JDRload²_
grantGR"spouse*	temporary0:310B1J390R2Z210100b210200j
1950-01-01r
1980-12-31zapp