
M12102ëœÚ·Ê3"210102*2101002P1:OB1JDRloadÂ
Pbalance_queryweb