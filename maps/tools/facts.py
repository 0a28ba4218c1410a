"""Hand-made tables: facts and rules that are not in the gridded layers.

Certainty marks, as in the project's evidence notes: F found on a page that was read; F~ found, clock time or wording
approximate; C computed from found figures; R-h, R-m, R-l remembered (high, medium, low); P a plain assumption.
"""

# Holder codes of the gridded layers.
HOLDERS = {1: "RUS", 2: "GEO", 3: "ARM", 4: "AZE", 5: "IRN", 6: "TUR", 7: "IRQ", 8: "SYR", 9: "TKM", 10: "KAZ",
           11: "UKR", 12: "LBN", 13: "UZB", 21: "ABK", 22: "SOS", 23: "NKR"}

# Holders that the layers do not tell apart: column: (the column it starts from, {admin-1 unit: holder}). Chechnya within its
# administrative line, the northern districts included; the line with Ingushetia was not agreed between the two (Sunzha district).
HOLDERS_BY_UNIT = {"holder_1996_2000": ("holder_1994_2008", {"RUS-140": "ICH"})}
HOLDER_COLUMNS = ["holder_1994_2008", "holder_1996_2000", "holder_1994_2020", "holder_2020_2023", "holder_2023"]

SNAPSHOTS = [
    {"id": "1994-1996", "from": "1994-05-12", "to": "1996-08-30", "column": "holder_1994_2008",
     "comment": "From the Karabakh ceasefire: Georgia still holds Akhalgori and the upper Kodori (rough cuts). Who held what in Chechnya during the\n"
                "# war of 1994-1996 is not told apart."},
    {"id": "1996-2000", "from": "1996-08-31", "to": "2000-02-29", "column": "holder_1996_2000",
     "comment": "From the Khasavyurt agreement (31 August 1996) [R-h]: Chechnya under its de facto authorities, in law a part of Russia. Federal forces\n"
                "# entered again on 1 October 1999 and announced the end of the main fighting on 29 February 2000 [R-h]; a case says who held what between."},
    {"id": "2000-2008", "from": "2000-03-01", "to": "2008-08-07", "column": "holder_1994_2008",
     "comment": "To the war of August 2008: holders as before 1996."},
    {"id": "1994-2020", "from": "2008-08-08", "to": "2020-11-09", "column": "holder_1994_2020",
     "comment": "After August 2008; Karabakh inside the 1994 line. (The layer's name keeps its Karabakh years.)"},
    {"id": "2020-2023", "from": "2020-11-10", "to": "2023-09-19", "column": "holder_2020_2023",
     "comment": "After the statement of 9-10 November 2020: what was left around Stepanakert and the Lachin corridor (rough, 5-8 km)."},
    {"id": "2023-", "from": "2023-09-20", "column": "holder_2023",
     "comment": "From 20 September 2023: no Nagorno-Karabakh authorities."},
]

# The fictional map needs no Chechnya.
TINY_SNAPSHOTS = [
    {"id": "1994-2008", "from": "1994-05-12", "to": "2008-08-07", "column": "holder_1994_2008",
     "comment": "Karabakh ceasefire to the war of August 2008: Georgia still holds Akhalgori and the upper Kodori (rough cuts)."},
    *SNAPSHOTS[3:],
]

# code, name, de jure state, kind, population of the whole, source
TERRITORIES = [
    ("RUS", "Russia", "RUS", "state", 140134279, "World Factbook 2025 estimate [F]"),
    ("GEO", "Georgia", "GEO", "state", 4900961, "World Factbook 2025 estimate [F]; the map's cells follow the 2014 census"),
    ("ARM", "Armenia", "ARM", "state", 2963837, "World Factbook 2025 estimate [F]"),
    ("AZE", "Azerbaijan", "AZE", "state", 10694370, "World Factbook 2025 estimate [F]; includes Nakhchivan"),
    ("IRN", "Iran", "IRN", "state", 89177357, "World Factbook 2025 estimate [F]; the map's cells follow the 2016 census (79926270)"),
    ("TUR", "Turkey", "TUR", "state", 84625585, "World Factbook 2025 estimate [F]"),
    ("IRQ", "Iraq", "IRQ", "state", 42917742, "World Factbook 2025 estimate [F]"),
    ("SYR", "Syria", "SYR", "state", 23900000, "about, 2024 [R-m]"),
    ("TKM", "Turkmenistan", "TKM", "state", 5744151, "World Factbook 2025 estimate [F]"),
    ("KAZ", "Kazakhstan", "KAZ", "state", 20432662, "World Factbook 2025 estimate [F]"),
    ("UKR", "Ukraine", "UKR", "state", "", "only a corner of the map"),
    ("LBN", "Lebanon", "LBN", "state", "", "only a corner of the map"),
    ("ABK", "Abkhazia", "GEO", "de_facto", 243564, "de facto estimate 2016 [R-h]"),
    ("SOS", "South Ossetia", "GEO", "de_facto", 53532, "de facto census 2015 [R-h]"),
    ("NKR", "Nagorno-Karabakh authorities", "AZE", "de_facto", 145053, "de facto census 2015, area inside the 1994 line [R-h]; until 2023"),
    ("ICH", "Chechen Republic of Ichkeria authorities", "RUS", "de_facto", "",
     "1996-2000; in law a part of Russia; numbers contested (official 1989: 1.1 million with Ingushetia [R-h]; estimates for 1999 from 350000 to 800000 [R-m])"),
    ("NAX", "Nakhchivan", "AZE", "exclave", 460000, "about, official [R-m]; the map's cells hold less"),
]
EXCLAVES = {"NAX": "AZE"}

# Towns whose cell at 0.05 degrees is water or lies across a border from them.
TOWN_TERRITORY = {"Taman": "RUS", "Qamishli": "SYR"}
# Towns beside the road nodes of the geodata: name: (lat, lon, territory). Positions by GeoNames [F]. Those round Yerevan stand for the
# regions Kotayk, Ararat and Armavir, which else have no town of their own near the capital.
MORE_TOWNS = {"Abovyan": (40.274, 44.626, "ARM"), "Hrazdan": (40.498, 44.766, "ARM"), "Charentsavan": (40.402, 44.643, "ARM"),
              "Vagharshapat": (40.166, 44.292, "ARM"), "Masis": (40.067, 44.435, "ARM")}
# Names as printed; others are printed as they are.
TOWN_NAMES = {"Armavir_RU": "Armavir (RU)", "Armavir_AM": "Armavir (AM)", "Martuni_AM": "Martuni (AM)",
              "Martuni_NK": "Martuni (Karabakh)", "Tatev_Kapan": "Kapan", "Julfa_AZ": "Julfa (Nakhchivan)", "AstaraIR": "Astara (IR)",
              "MinVody": "Mineralnye Vody", "ItumKale": "Itum-Kale", "KMaras": "Kahramanmaras", "DeirEzZor": "Deir ez-Zor",
              "AbuKamal": "Abu Kamal", "QasrShirin": "Qasr-e Shirin", "GonbadKavus": "Gonbad-e Kavus"}

# Crossing sides that are Nakhchivan, and the Crimean side of the Kerch bridge, which the layers show under Ukraine.
CROSSING_SIDES = {("C25", "a"): "NAX", ("C26", "b"): "NAX", ("C31", "b"): "NAX", ("C35", "a"): "NAX", ("C36", "a"): "NAX",
                  ("C59", "b"): "UKR"}
# Former holders a crossing's cell should have had, so that it works at every date: (crossing, side): {column: holder}.
CROSSING_HISTORY = {("C28", "b"): {"holder_1994_2008": "NKR", "holder_1994_2020": "NKR", "holder_2020_2023": "NKR"},
                    ("C29", "b"): {"holder_1994_2008": "NKR", "holder_1994_2020": "NKR"}}

# Crossings beside those of the geodata, in its columns. With a `column` they belong to a line that ended with that snapshot: no crossings after it.
# For them status_1992 is the ordinary standing from 1996 to mid-1999; the later columns say how the way was used after that.
_STATUS = ("status_1992", "status_2008", "status_2016", "status_2020", "status_2023")
def _more(cid, name_a, name_b, a, b, lat, lon, mode, status, position, confidence, note, column=None):
    return {"id": cid, "name_a": name_a, "name_b": name_b, "a": a, "b": b, "slat": lat, "slon": lon, "mode": mode, "pos_conf": position,
            **dict(zip(_STATUS, status)), "status_note": note, "status_conf": confidence, "column": column}
_INSIDE = " Inside Russia in law; a line of control 1996-2000 only"
MORE_CROSSINGS = [
    _more("C71", "Mursitpinar", "Ayn al-Arab (Kobani)", "TUR", "SYR", "36.8935", "38.3536", "road", ("open", "restricted", "closed", "closed", "closed"), "med", "low",
          "Small gate at the railway station; shut to ordinary passage at the time of the advance on Kobani; in September 2014 8-9 openings near Suruc, "
          "2 from 22 September [F]; other years remembered"),
    _more("C72", "Kavkaz-1 (Sleptsovskaya)", "Assinovskaya/Sernovodsk", "RUS", "ICH", "43.33", "45.05", "road", ("open",) * 5, "med", "med",
          "Checkpoint on the Rostov-Baku road between Ingushetia and Chechnya; the way out that was open in autumn 1999 until 22-23 October; re-opened about 2-3 November "
          "under military control [F]." + _INSIDE, "holder_1996_2000"),
    _more("C73", "Mozdok", "Ischerskaya/Bratskoye", "RUS", "ICH", "43.73", "45.05", "road", ("restricted", "open", "open", "open", "open"), "low", "low",
          "Road from North Ossetia (and Stavropol's Kurskaya district) along the Terek; shut to the displaced by federal forces in autumn 1999 [R-m]." + _INSIDE, "holder_1996_2000"),
    _more("C74", "Gerzel (Khasavyurt)", "Gerzel-Aul (Gudermes district)", "RUS", "ICH", "43.24", "46.38", "road", ("restricted", "open", "open", "open", "open"), "med", "med",
          "Rostov-Baku road to Dagestan; shut by Dagestan's authorities after the fighting of August-September 1999 [R-m]." + _INSIDE, "holder_1996_2000"),
    _more("C75", "Kurskaya (Stavropol)", "Naurskaya", "RUS", "ICH", "43.86", "45.25", "road", ("restricted", "open", "open", "open", "open"), "low", "low",
          "Steppe roads to Stavropol's Kurskaya district, which no drawn route follows; shut to the displaced in autumn 1999 [R-m]." + _INSIDE, "holder_1996_2000"),
    _more("C76", "Shatili", "Itum-Kale (Argun gorge)", "GEO", "ICH", "42.70", "45.20", "foot", ("restricted",) + ("closed",) * 4, "med", "low",
          "Mountain track up the Argun, made passable for cars from the Chechen side in 1997-99 [R-l]; a few thousand went this way in autumn 1999 [R-m]; "
          "cut by a federal landing in mid-December 1999 [R-m]; shut since", "holder_1996_2000"),
]
# Ferries start and end at a town.
FERRY_TOWNS = {"C68": ("Alat", "Turkmenbashi"), "C69": ("Alat", "Aktau"), "C70": ("Sochi", "Trabzon")}

# A pass that is itself a crossing: (route, crossing): pass. The route is cut there and keeps the pass's months.
CROSSING_AT_PASS = {("R22", "C29"): "P16"}
# Routes that repeat another across a border without naming the crossing.
ROUTES_LEFT_OUT = {"R102": "Marand - Julfa is already in R26, through C35"}

# Known capacities, persons a day in one direction: (figure, basis, certainty).
CAPACITY = {
    "C01": (10900, "Russians admitted a day at the limit of September 2022 (10400-11400)", "C"),
    "C28": (24100, "three days at about 24000 a day over the Hakari bridge, September 2023", "C"),
    "C39": (4550, "4000-5100 persons a day by design after reconstruction (middle)", "F"),
    "C32": (3000, "400-450 trucks a day both ways observed; passenger hall assumed small", "P"),
    "C19": (10000, "busiest Georgian-Turkish gate, several million passages a year", "R-l"),
    "C05": (3000, "few thousand passages a day in ordinary years", "R-l"),
}
CAPACITY["C76"] = (300, "mountain track: a few vehicles an hour by daylight, many on foot", "P")
for _gate in ("C60", "C61", "C62", "C63", "C64", "C65", "C71"):
    CAPACITY[_gate] = (7800, "70000 in 24 hours with 8-9 gates near Suruc, September 2014, per gate", "C")
for _gate, _n in (("C43", 8000), ("C44", 4000), ("C45", 4000)):
    CAPACITY[_gate] = (_n, "rule by class; the five Turkey-Iran gates together carried about 5000 a day each way on ordinary days", "P")
# Rule where nothing is known [P]: by the best road class that reaches the crossing, and by mode.
CAPACITY_BY_ROAD = {1: 8000, 2: 4000, 3: 1000, 0: 500}
CAPACITY_BY_MODE = {"rail": 1000, "foot": 1500, "ferry": 500}
RAIL_BESIDE_ROAD = 500
PERMIT = {"C33": (250, "F")}
PERMIT_BY_ROAD = {1: 200, 2: 200, 3: 100, 0: 50}
PERMIT_BY_MODE = {"rail": 50, "foot": 100, "ferry": 50}
# Kilometres of the crossing itself, which no road link counts.
CROSSING_KM = {"road": 1.0, "road+rail": 1.0}

# Census figures of units that the hand table of totals leaves out (whole unit; all are cut by the map's edge).
MORE_TOTALS = {
    ("Iran", "Esfahan"): (5120850, 2016), ("Iran", "Ilam"): (580158, 2016), ("Iran", "Lorestan"): (1760649, 2016),
    ("Iran", "Markazi"): (1429475, 2016), ("Iran", "North Khorasan"): (863092, 2016), ("Iran", "Razavi Khorasan"): (6434501, 2016),
    ("Iran", "Semnan"): (702360, 2016), ("Iran", "Yazd"): (1138533, 2016),
    ("Russia", "Kalmyk"): (267133, 2021), ("Russia", "Astrakhan'"): (960142, 2021),
}

# Iranian provinces beyond the map, census 2016, by the way there (those partly inside lose their share in the map).
IRAN_BEYOND = {
    "centre": {"Esfahan": 5120850, "Yazd": 1138533, "Chaharmahal and Bakhtiari": 947763},
    "south": {"Fars": 4851274, "Kerman": 3164718, "Bushehr": 1163400, "Hormozgan": 1776415, "Kohgiluyeh and Boyer-Ahmad": 713052},
    "southeast": {"Sistan and Baluchestan": 2775014},
    "southwest": {"Khuzestan": 4710509, "Lorestan": 1760649},
    "west": {"Ilam": 580158, "Kermanshah": 1952434},
    "east": {"Razavi Khorasan": 6434501, "North Khorasan": 863092, "South Khorasan": 768898},
}
AFGHANISTAN = 49474805

# id, name, state, area reached, share of the area's people that use it, town or edge point, extra km,
# what is beyond (key), capacity of the border beyond the map, basis, certainty
GATEWAYS = [
    ("G01", "Isfahan, Yazd and Chaharmahal", "IRN", "iran_centre", 1.0, "Qom", 290, ("iran", "centre"), "", "census 2016 less the part inside the map; Qom to Isfahan by road", "R-h"),
    ("G02", "Fars, Kerman and the Gulf coast", "IRN", "iran_south", 1.0, "Qom", 800, ("iran", "south"), "", "census 2016; Qom to Shiraz by road", "R-h"),
    ("G03", "Sistan and Baluchestan", "IRN", "iran_southeast", 1.0, "Qom", 1350, ("iran", "southeast"), "", "census 2016; Qom to Zahedan by road", "R-m"),
    ("G04", "Lorestan and Khuzestan", "IRN", "iran_southwest", 1.0, "Arak", 430, ("iran", "southwest"), "", "census 2016 less the part inside the map; Arak to Khorramabad (190) and Ahvaz (560)", "R-m"),
    ("G05", "Ilam and southern Kermanshah", "IRN", "iran_west", 1.0, "Kermanshah", 180, ("iran", "west"), "", "census 2016 less the part inside the map; Kermanshah to Ilam by road", "R-m"),
    ("G06", "Khorasan", "IRN", "iran_east", 1.0, "Shahrud", 510, ("iran", "east"), "", "census 2016 less the part inside the map; Shahrud to Mashhad by road", "R-h"),
    ("G07", "Afghanistan", "AFG", "afghanistan", 1.0, "Shahrud", 900, ("number", AFGHANISTAN), 30000, "World Factbook 2025; crossing: up to about 30000 a day at Islam Qala and Milak, June 2025", "F"),
    ("G08", "Iraq: Baghdad and the south, by Samarra", "IRQ", "iraq_south", 0.5, "Samarra", 130, ("rest", "IRQ"), "", "World Factbook 2025 less the map's cells, half by each road", "P"),
    ("G09", "Iraq: Baghdad and the south, by Khanaqin", "IRQ", "iraq_south", 0.5, "Khanaqin", 180, ("rest", "IRQ"), "", "World Factbook 2025 less the map's cells, half by each road", "P"),
    ("G10", "Western Turkey, by Sivas", "TUR", "turkey_west", 0.5, "Sivas", 600, ("rest", "TUR"), "", "World Factbook 2025 less the map's cells; Sivas to Ankara 440, Istanbul 880", "P"),
    ("G11", "Western Turkey, by Samsun", "TUR", "turkey_west", 0.2, "Samsun", 550, ("rest", "TUR"), "", "World Factbook 2025 less the map's cells; Samsun to Ankara 410, Istanbul 730", "P"),
    ("G12", "Western Turkey, by Gaziantep", "TUR", "turkey_west", 0.3, "Gaziantep", 400, ("rest", "TUR"), "", "World Factbook 2025 less the map's cells; Gaziantep to Adana 220, Konya 560", "P"),
    ("G13", "Russia beyond, by Rostov", "RUS", "russia_north", 0.6, "edgeM4", 600, ("rest", "RUS"), "", "World Factbook 2025 less the map's cells; map edge to Rostov 30, Voronezh 590, Moscow 1110", "P"),
    ("G14", "Russia beyond, by Elista", "RUS", "russia_north", 0.15, "Elista", 500, ("rest", "RUS"), "", "World Factbook 2025 less the map's cells; Elista to Volgograd 300", "P"),
    ("G15", "Russia beyond, by Astrakhan (Volga)", "RUS", "russia_north", 0.25, "Astrakhan", 600, ("rest", "RUS"), "", "World Factbook 2025 less the map's cells; Astrakhan to Volgograd 420, Saratov 800", "P"),
    ("G16", "Kazakhstan beyond, by Atyrau", "KAZ", "kazakhstan", 0.5, "Kandagach_edge", 700, ("rest", "KAZ"), "", "World Factbook 2025 less the map's cells; map edge to Atyrau 110, Aktobe 700", "P"),
    ("G17", "Kazakhstan beyond, by Beyneu and Kulsary", "KAZ", "kazakhstan", 0.5, "Beyneu", 850, ("rest", "KAZ"), "", "World Factbook 2025 less the map's cells; Beyneu to Atyrau 480, Aktobe 850", "P"),
    ("G18", "Turkmenistan beyond (Ashgabat)", "TKM", "turkmenistan", 1.0, "Bereket", 340, ("rest", "TKM"), "", "World Factbook 2025 less the map's cells; Bereket to Ashgabat by road", "R-m"),
    ("G19", "Syria beyond (Damascus)", "SYR", "syria_south", 1.0, "Homs", 160, ("rest", "SYR"), "", "about 23.9 million less the map's cells; Homs to Damascus by road", "R-m"),
]

# id, name, lat, lon, territory, persons, opens after days, source, certainty
CAMPS = [
    ("S01", "Van contingency shelter", 38.49, 43.38, "TUR", 90000, 14,
     "Turkey's announced shelter capacity for 90000 at the Iran line (ekonomim.com 2026-03-04); place in Van and days to open assumed", "F"),
]

# a, b, official km, certainty, in the map, note (World Factbook; parts of a line with R are remembered)
BORDERS = [
    ("ABK", "GEO", "", "", "full", "Enguri line: no official length"),
    ("ABK", "RUS", 250, "R-m", "full", "part of Georgia-Russia 894; 245-255"),
    ("ARM", "AZE", 775, "R-m", "full", "996 less Nakhchivan 221"),
    ("ARM", "GEO", 219, "F", "full", ""),
    ("ARM", "IRN", 44, "F", "full", ""),
    ("ARM", "NAX", 221, "R-m", "full", "part of Armenia-Azerbaijan 996"),
    ("ARM", "NKR", "", "", "full", "1994-2023: no official length"),
    ("ARM", "TUR", 311, "F", "full", "closed"),
    ("AZE", "GEO", 428, "F", "full", ""),
    ("AZE", "IRN", 510, "R-m", "full", "689 less Nakhchivan 179"),
    ("AZE", "NKR", "", "", "full", "line of contact 1994-2023: no official length"),
    ("AZE", "RUS", 338, "F", "full", ""),
    ("GEO", "ICH", 81, "R-m", "full", "part of Georgia-Russia 894, 1996-2000; counted in GEO-RUS too"),
    ("GEO", "RUS", 572, "R-m", "full", "894 less Abkhazia about 250 and South Ossetia about 72"),
    ("ICH", "RUS", "", "", "full", "1996-2000: inside Russia in law; no official length"),
    ("GEO", "SOS", "", "", "full", "administrative line: no official length"),
    ("GEO", "TUR", 273, "F", "full", ""),
    ("IRN", "IRQ", 1599, "F", "part", "map's south edge cuts it"),
    ("IRN", "NAX", 179, "R-m", "full", "part of Azerbaijan-Iran 689"),
    ("IRN", "NKR", "", "", "full", "1994-2020: no official length"),
    ("IRN", "TKM", 1148, "F", "part", "map's east edge cuts it"),
    ("IRN", "TUR", 534, "F", "full", "other sources 560-569"),
    ("IRQ", "SYR", "", "", "part", "map's south edge cuts it"),
    ("IRQ", "TUR", 367, "F", "full", ""),
    ("KAZ", "RUS", 7644, "F", "part", "only the mouth of the Volga"),
    ("KAZ", "TKM", "", "", "part", "map's east edge cuts it"),
    ("NAX", "TUR", 17, "F", "full", ""),
    ("RUS", "SOS", 72, "R-m", "full", "part of Georgia-Russia 894; 70-75"),
    ("RUS", "UKR", "", "", "part", "Azov steppe corner and the Kerch strait"),
    ("SYR", "TUR", 899, "F", "part", "map's west edge cuts it"),
]
COASTS = [("IRN", "caspian", 740, "F", "full", ""), ("AZE", "caspian", 713, "F", "full", ""),
          ("TKM", "caspian", 1768, "F", "full", ""), ("KAZ", "caspian", 1894, "F", "part", "map's north edge cuts it")]

COMMUNITY_NOTES = {
    "Kurd/Yazidi": "mixed Kurdish and Yazidi areas of northern Iraq and Aragatsotn",
    "Georgian (Ingiloy)": "Georgian speakers of Zaqatala, Balakan and Qax",
    "Kist": "Chechens of Pankisi", "Avar": "with Andic and Tsezic languages",
    "Turk (Meskhetian)": "", "Turkmen (Iraq)": "", "Turkmen (Syria)": "",
}
