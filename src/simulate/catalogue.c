/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulate/catalogue.c - items and diagnoses. Codes have the look of the national lists and are
 * ours; names are those of substances and services; prices are round ones of the right size.
 */
#include "simulate/catalogue.h"

#include <assert.h>
#include <string.h>

#define DRUG(code, name, ingredient, group, price, days)                                           \
    {                                                                                              \
        code, name, "drug", ingredient, XZ_SIM_##group, 0, -1, -1, false, false, price, "09", days \
    }
#define WATCHED(code, name, ingredient, group, price, days)                                        \
    {                                                                                              \
        code, name, "drug", ingredient, XZ_SIM_##group, 0, -1, -1, false, true, price, "09", days  \
    }
#define HERBAL(code, name, ingredient, group, price, days)                                         \
    {                                                                                              \
        code, name, "drug", ingredient, XZ_SIM_##group, 0, -1, -1, false, false, price, "11", days \
    }
#define SERVICE(code, name, group, price, chrgitm)                                                 \
    {                                                                                              \
        code, name, "service", "", XZ_SIM_##group, 0, -1, -1, false, false, price, chrgitm, 0      \
    }

/* In the order of enum xz_sim_group: xz_sim_group_range relies on it. */
const struct xz_sim_item xz_sim_items[] = {
    DRUG("XR05FAF001A001010100001", "复方氨酚烷胺片", "paracetamol-amantadine", COLD, 1280, 3),
    HERBAL("ZA01BAL0001010100011", "连花清瘟胶囊", "lianhua", COLD, 3480, 4),
    DRUG("XR05CBA193A001010100021", "盐酸氨溴索口服溶液", "ambroxol", COLD, 2260, 5),
    HERBAL("ZA06EAC0071010100031", "川贝枇杷糖浆", "chuanbei", COLD, 2650, 4),
    DRUG("XN02BEB026A001010100041", "布洛芬缓释胶囊", "ibuprofen", COLD, 1890, 5),
    DRUG("XA02BCA225A001010100051", "奥美拉唑肠溶胶囊", "omeprazole", GASTRO, 2430, 14),
    DRUG("XA07DAL181A001010100061", "盐酸洛哌丁胺胶囊", "loperamide", GASTRO, 1650, 3),
    DRUG("XA03FAM141A001010100071", "多潘立酮片", "domperidone", GASTRO, 1980, 10),
    HERBAL("ZA09FJ00121010100081", "健胃消食片", "jianwei", GASTRO, 1150, 7),
    DRUG("XM01ABS075A001010100091", "双氯芬酸钠缓释片", "diclofenac", PAIN, 2140, 10),
    HERBAL("ZA12HAG0091010100101", "骨刺消痛胶囊", "guci", PAIN, 3260, 7),
    DRUG("XM02AAF010A001010100111", "氟比洛芬凝胶贴膏", "flurbiprofen", PAIN, 4980, 5),
    DRUG("XJ01CAA016A001010100121", "阿莫西林胶囊", "amoxicillin", ANTIBIOTIC, 1460, 6),
    DRUG("XJ01FAA091A001010100131", "阿奇霉素分散片", "azithromycin", ANTIBIOTIC, 2380, 3),
    DRUG("XJ01DCT050A001010100141", "头孢克洛缓释片", "cefaclor", ANTIBIOTIC, 3170, 6),
    {"XR06AEX001A001010100151", "小儿氨酚黄那敏颗粒", "drug", "child-cold", XZ_SIM_CHILD, 0, 0, 12,
     false, false, 1580, "09", 4},
    {"ZA01CAX0031010100161", "小儿豉翘清热颗粒", "drug", "chiqiao", XZ_SIM_CHILD, 0, 0, 14, false,
     false, 4260, "11", 4},
    {"XA07FAK002A001010100171", "枯草杆菌二联活菌颗粒（儿童）", "drug", "probiotic", XZ_SIM_CHILD,
     0, 0, 14, false, false, 3690, "09", 7},
    DRUG("XA11CCV001A001010100181", "维生素D滴剂", "vitamin-d", OTC, 4450, 24),
    DRUG("XA12AAT014A001010100191", "碳酸钙D3片", "calcium", OTC, 6280, 30),
    DRUG("XS01XAB066A001010100201", "玻璃酸钠滴眼液", "hyaluronate", OTC, 3860, 15),
    HERBAL("ZA04CAS0011010100211", "速效救心丸", "suxiao", OTC, 3820, 20),
    HERBAL("ZA15BBY0051010100221", "云南白药气雾剂", "baiyao", OTC, 5240, 10),
    DRUG("XD01ACL001A001010100231", "硝酸咪康唑乳膏", "miconazole", OTC, 1720, 14),
    DRUG("XR06AEX016A001010100241", "盐酸西替利嗪片", "cetirizine", OTC, 2590, 12),
    HERBAL("ZA09GAL0021010100251", "六味地黄丸", "liuwei", OTC, 3640, 20),
    DRUG("XC08CAA154A001010100261", "苯磺酸氨氯地平片", "amlodipine", PRESSURE, 2860, 28),
    DRUG("XC09CAX021A001010100271", "缬沙坦胶囊", "valsartan", PRESSURE, 3450, 28),
    DRUG("XC07ABM084A001010100281", "美托洛尔缓释片", "metoprolol", PRESSURE, 2970, 28),
    DRUG("XC09DAX120A001010100291", "氯沙坦钾氢氯噻嗪片", "losartan-hctz", PRESSURE, 4120, 28),
    DRUG("XA10BAE035A001010100301", "二甲双胍缓释片", "metformin", SUGAR, 2240, 30),
    DRUG("XA10BBG015A001010100311", "格列美脲片", "glimepiride", SUGAR, 3310, 30),
    DRUG("XA10BKD001A001010100321", "达格列净片", "dapagliflozin", SUGAR, 6120, 14),
    DRUG("XA10AEG001A001010100331", "甘精胰岛素注射液", "glargine", SUGAR, 7260, 15),
    WATCHED("XA10BJS001A001010100341", "司美格鲁肽注射液", "semaglutide", SUGAR, 42150, 28),
    DRUG("XC10AAA217A001010100351", "阿托伐他汀钙片", "atorvastatin", LIPID, 2930, 28),
    DRUG("XC10AAR041A001010100361", "瑞舒伐他汀钙片", "rosuvastatin", LIPID, 3180, 28),
    WATCHED("XC10AXY001A001010100371", "依折麦布片", "ezetimibe", LIPID, 5740, 30),
    DRUG("XB01ACA001A001010100381", "阿司匹林肠溶片", "aspirin", HEART, 1560, 30),
    WATCHED("XB01ACL001A001010100391", "硫酸氢氯吡格雷片", "clopidogrel", HEART, 6340, 28),
    HERBAL("ZA04DAT0091010100401", "通心络胶囊", "tongxinluo", HEART, 4730, 15),
    HERBAL("ZA04CAF0141010100411", "复方丹参滴丸", "danshen", HEART, 2870, 20),
    HERBAL("ZA09GAN0101010100421", "尿毒清颗粒", "niaoduqing", KIDNEY, 7260, 15),
    DRUG("XB03XAR001A001010100431", "罗沙司他胶囊", "roxadustat", KIDNEY, 19680, 14),
    DRUG("XR03AKB161A001010100441", "布地奈德福莫特罗粉吸入剂", "budesonide-formoterol", LUNG,
         18920, 30),
    DRUG("XR03BBT001A001010100451", "噻托溴铵粉雾剂", "tiotropium", LUNG, 13240, 30),
    WATCHED("XL01EXA001A001010100461", "盐酸安罗替尼胶囊", "anlotinib", CANCER, 214900, 21),
    WATCHED("XL01EBA001A001010100471", "阿美替尼片", "aumolertinib", CANCER, 108060, 20),
    WATCHED("ZA02BAP0041010100481", "安宫牛黄丸", "angong", LUXURY, 56000, 1),
    WATCHED("ZA03AAP0011010100491", "灵芝孢子粉胶囊", "lingzhi", LUXURY, 38800, 15),
    WATCHED("ZA12GAL0021010100501", "强筋健骨丸", "qiangjin", LUXURY, 26800, 10),
    {"XG03DAD001A001010100511", "地屈孕酮片", "drug", "dydrogesterone", XZ_SIM_WOMEN, 2, 12, 60,
     false, false, 9860, "09", 14},
    {"ZA05CAF0031010100521", "妇科千金片", "drug", "qianjin", XZ_SIM_WOMEN, 2, 12, -1, false, false,
     3240, "11", 10},
    {"003112010010000", "阴道镜检查", "service", "", XZ_SIM_WOMEN, 2, 14, -1, false, false, 12000,
     "03", 0},
    {"XG04CBF001A001010100531", "非那雄胺片", "drug", "finasteride", XZ_SIM_MEN, 1, 40, -1, false,
     false, 7480, "09", 28},
    {"XG04CAT001A001010100541", "坦索罗辛缓释胶囊", "drug", "tamsulosin", XZ_SIM_MEN, 1, 40, -1,
     false, false, 5160, "09", 28},
    {"003111000010000", "前列腺特殊检查", "service", "", XZ_SIM_MEN, 1, 18, -1, false, false, 9600,
     "03", 0},
    SERVICE("002203020010000", "彩色多普勒超声检查", EXAM, 12000, "03"),
    SERVICE("002101020150000", "数字化摄影（DR）", EXAM, 8000, "03"),
    SERVICE("003107010010000", "常规心电图检查", EXAM, 2200, "03"),
    SERVICE("002103000010000", "X线计算机体层（CT）平扫", EXAM, 26000, "03"),
    SERVICE("002102000010000", "磁共振平扫（MRI）", EXAM, 52000, "03"),
    SERVICE("002501010150000", "血细胞分析", LAB, 2000, "04"),
    SERVICE("002503050010000", "肝功能", LAB, 4800, "04"),
    SERVICE("002503020010000", "葡萄糖测定", LAB, 600, "04"),
    SERVICE("002503020030000", "糖化血红蛋白测定", LAB, 6500, "04"),
    SERVICE("002504030010000", "甲状腺功能", LAB, 13500, "04"),
    SERVICE("001204000060000", "静脉输液", TREATMENT, 1200, "05"),
    SERVICE("001215000010000", "换药", TREATMENT, 2500, "05"),
    SERVICE("004300000050000", "普通针刺", TREATMENT, 4600, "05"),
    SERVICE("003401000010000", "红外线治疗", TREATMENT, 2800, "05"),
    SERVICE("001109000010000", "普通床位费", BED, 4500, "01"),
    SERVICE("003313000010000", "腹腔镜手术", SURGERY, 286000, "06"),
    SERVICE("003306000010000", "白内障超声乳化摘除术", SURGERY, 342000, "06"),
    SERVICE("003315000010000", "关节镜手术", SURGERY, 415000, "06"),
    SERVICE("001101000010000", "普通门诊诊察费", REGISTER, 600, "13"),
    SERVICE("001102000010000", "专家门诊诊察费", REGISTER, 1600, "13"),
    SERVICE("001103000010000", "特需专家诊察费", REGISTER, 3500, "13"),
    SERVICE("009900000010000", "流感疫苗接种", VACCINE, 16800, "14"),
    SERVICE("009900000020000", "带状疱疹疫苗接种", VACCINE, 159800, "14"),
    SERVICE("009900000030000", "健康体检套餐", CHECKUP, 29800, "03"),
    SERVICE("009900000040000", "老年人体检", CHECKUP, 12000, "03"),
    SERVICE("003110000010000", "血液透析", DIALYSIS, 42000, "05"),
    {"009911000010000", "光子嫩肤", "service", "", XZ_SIM_COSMETIC, 0, -1, -1, true, false, 98000,
     "14", 0},
    {"009911000020000", "冷光牙齿美白", "service", "", XZ_SIM_COSMETIC, 0, -1, -1, true, false,
     68000, "14", 0},
    {"009911000030000", "牙齿正畸", "service", "", XZ_SIM_COSMETIC, 0, -1, -1, true, false, 380000,
     "14", 0},
    {"009911000040000", "减重咨询治疗", "service", "", XZ_SIM_COSMETIC, 0, -1, -1, true, false,
     120000, "14", 0},
};
const size_t xz_sim_item_count = sizeof(xz_sim_items) / sizeof(xz_sim_items[0]);

const struct xz_sim_diagnosis xz_sim_diagnoses[] = {
    {"J06.900", "急性上呼吸道感染", 0, -1, -1, false, XZ_SIM_COLD, 30},
    {"J20.900", "急性支气管炎", 0, -1, -1, false, XZ_SIM_ANTIBIOTIC, 14},
    {"J03.900", "急性扁桃体炎", 0, -1, -1, false, XZ_SIM_ANTIBIOTIC, 7},
    {"A09.900", "急性胃肠炎", 0, -1, -1, false, XZ_SIM_GASTRO, 9},
    {"K29.500", "慢性胃炎", 0, 14, -1, true, XZ_SIM_GASTRO, 10},
    {"M54.500", "腰痛", 0, 18, -1, false, XZ_SIM_PAIN, 12},
    {"M17.900", "膝关节病", 0, 45, -1, true, XZ_SIM_PAIN, 8},
    {"J06.901", "小儿上呼吸道感染", 0, 0, 14, false, XZ_SIM_CHILD, 40},
    {"N76.000", "急性阴道炎", 2, 14, -1, false, XZ_SIM_WOMEN, 8},
    {"N40.x00", "前列腺增生", 1, 45, -1, true, XZ_SIM_MEN, 8},
    {"R42.x00", "头晕", 0, 18, -1, false, XZ_SIM_HEART, 6},
    {"I10.x00", "高血压", 0, 25, -1, true, XZ_SIM_PRESSURE, 0},
    {"E11.900", "2型糖尿病", 0, 25, -1, true, XZ_SIM_SUGAR, 0},
    {"E78.500", "高脂血症", 0, 25, -1, true, XZ_SIM_LIPID, 0},
    {"I25.103", "冠状动脉粥样硬化性心脏病", 0, 35, -1, true, XZ_SIM_HEART, 0},
    {"J44.900", "慢性阻塞性肺病", 0, 40, -1, true, XZ_SIM_LUNG, 0},
    {"N18.900", "慢性肾脏病", 0, -1, -1, true, XZ_SIM_KIDNEY, 0},
    {"C34.900", "肺恶性肿瘤", 0, 20, -1, true, XZ_SIM_CANCER, 0},
    {"N18.001", "慢性肾脏病5期（透析）", 0, -1, -1, true, XZ_SIM_KIDNEY, 0},
    {"K80.200", "胆囊结石", 0, 18, -1, false, XZ_SIM_ANTIBIOTIC, 0},
    {"S82.000", "髌骨骨折", 0, -1, -1, false, XZ_SIM_PAIN, 0},
    {"O80.000", "头位顺产", 2, 15, 50, false, XZ_SIM_WOMEN, 0},
    {"P59.900", "新生儿黄疸", 0, -1, 0, false, XZ_SIM_TREATMENT, 0},
    {"Z00.000", "一般性医学检查", 0, -1, -1, false, XZ_SIM_CHECKUP, 0},
    {"I63.900", "脑梗死", 0, 30, -1, false, XZ_SIM_HEART, 0},
};
const size_t xz_sim_diagnosis_count = sizeof(xz_sim_diagnoses) / sizeof(xz_sim_diagnoses[0]);

void xz_sim_group_range(enum xz_sim_group group, uint32_t *first, uint32_t *count)
{
    uint32_t at = 0;

    while (at < xz_sim_item_count && xz_sim_items[at].group != group) {
        at++;
    }
    *first = at;
    while (at < xz_sim_item_count && xz_sim_items[at].group == group) {
        at++;
    }
    *count = at - *first;
    assert(*count > 0);
}

bool xz_sim_item_fits(const struct xz_sim_item *item, int sex, int age)
{
    return (item->sex == 0 || item->sex == sex) && (item->age_min < 0 || age >= item->age_min) &&
           (item->age_max < 0 || age <= item->age_max);
}

bool xz_sim_diagnosis_fits(const struct xz_sim_diagnosis *diagnosis, int sex, int age)
{
    return (diagnosis->sex == 0 || diagnosis->sex == sex) &&
           (diagnosis->age_min < 0 || age >= diagnosis->age_min) &&
           (diagnosis->age_max < 0 || age <= diagnosis->age_max);
}

uint32_t xz_sim_diagnosis_find(const char *code)
{
    uint32_t at = 0;

    while (at < xz_sim_diagnosis_count && strcmp(xz_sim_diagnoses[at].code, code) != 0) {
        at++;
    }
    assert(at < xz_sim_diagnosis_count);
    return at;
}
