"""The words that make another statement of a sentence: numbers, negations, dates, opposites.

Small tables of the languages that are read most; a word that is missing here is only not guarded.
"one" is left out: where it stands for another number, that other number is guarded, and
elsewhere it is an article. So are "may" and "march", which capitals tell from the months.
"""

import re

NUMBERS = frozenset(
    """zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred
    hundreds thousand thousands million millions billion billions trillion dozen dozens half third
    quarter first second fourth fifth sixth seventh eighth ninth tenth twice thrice double
    triple both
    ноль два две двух двумя двое три трёх трех тремя трое четыре четырёх четырех пять пяти
    шесть шести
    семь семи восемь восьми девять девяти десять десяти двадцать двадцати тридцать сорок пятьдесят
    сто ста двести триста тысяча тысячи тысяч миллион миллиона миллионов миллиард миллиарда
    миллиардов
    половина треть первый первая первое второй вторая второе третий третья третье оба обе
    دو سه چهار پنج شش هفت هشت ده بیست سی چهل پنجاه شصت هفتاد هشتاد نود صد هزار میلیون میلیارد نیم
    اثنان اثنين ثلاثة ثلاث أربعة أربع خمسة خمس ستة ست سبعة سبع ثمانية تسعة عشرة عشر عشرون
    عشرين مئة
    مائة ألف آلاف مليون مليار نصف ثلث الأول الثاني الثالث
    zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig hundert tausend halb
    erste zweite dritte deux trois quatre cinq sept huit neuf dix vingt trente cent mille demi
    premier
    première deuxième troisième dos tres cuatro cinco seis siete ocho nueve diez veinte
    treinta cien
    ciento mil medio primero primera segundo tercero iki üç dört beş altı yedi sekiz dokuz
    yirmi otuz
    kırk elli altmış yüz bin milyon milyar yarım birinci ikinci üçüncü
    ikki uch toʻrt besh olti yetti sakkiz toʻqqiz yigirma oʻttiz qirq ellik yuz ming""".split()
)

NEGATIONS = frozenset(
    """not no never none nor neither nobody nothing nowhere without cannot hardly barely except
    не нет ни без никогда никто никого ничто ничего нигде никак никакой никаких нельзя кроме
    نه نیست نیستند نیستم نبود نبودند نباید نمی هرگز هیچ بدون
    لا لم لن ليس ليست ليسوا غير بدون دون ما
    nicht kein keine keinen keiner keinem nie niemals niemand nichts ohne weder
    ne pas jamais sans aucun aucune rien ni personne sin nunca jamás nada nadie ningún não nem sem
    değil yok hiç asla olmadan emas hech""".split()
)

DATES = frozenset(
    """january february april june july august september october november december jan feb apr
    jun jul
    aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday
    январь января январе февраль февраля феврале март марта марте апрель апреля апреле май мая мае
    июнь июня июне июль июля июле август августа августе сентябрь сентября сентябре октябрь
    октября
    октябре ноябрь ноября ноябре декабрь декабря декабре понедельник вторник среда среду четверг
    пятница пятницу суббота субботу воскресенье
    شنبه یکشنبه دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه
    janvier février avril mai juin juillet août septembre octobre novembre décembre lundi
    mardi mercredi
    jeudi vendredi samedi dimanche enero febrero abril mayo junio julio agosto septiembre octubre
    noviembre diciembre lunes martes miércoles jueves viernes sábado domingo
    ocak şubat nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık pazartesi salı çarşamba
    perşembe cuma cumartesi pazar""".split()
)

# Words on the two sides of a stroke are opposites; a few, since no list holds them all.
_SIDES = """
    rose rise rises rising grew gain gained / fell fall falls falling shrank loss lost
    increase increased increases increasing / decrease decreased decreases decreasing
    won win wins victory / lost lose loses defeat
    high higher highest / low lower lowest
    more most greater larger bigger / less least fewer smaller
    maximum / minimum
    upper / lower
    before / after
    up / down
    in / out
    on / off
    above over / below under
    left / right
    first / last
    with / without
    always / never
    all every / some
    better best / worse worst
    he him his / she her hers
    man men boy boys / woman women girl girls
    husband father son brother / wife mother daughter sister
    guilty convicted / innocent acquitted
    alive survived / dead died killed
    true / false
    accepted accept / rejected reject refused refuse
    confirmed confirm admitted / denied deny
    allowed allow permitted legal / banned ban forbidden prohibited
    attacked / defended
    bought buy / sold sell
    open opened / close closed shut
    north northern / south southern
    east eastern / west western
    begin began start starts started starting / end ends ended ending stop stops stopped stopping
    read reads reading reader / write writes writing writer written
    input inputs / output outputs
    horizontal horizontally / vertical vertically
    row rows / column columns
    top / bottom left right
    bottom / left right
    upper uppercase / lowercase
    client clients / server servers
    sender senders source sent send sends / receiver recipient receive receives received destination
    addressee addressees / sender senders
    encode encodes encoding encoder encoded / decode decodes decoding decoder decoded
    encrypt encrypted encryption / decrypt decrypted decryption
    import imports imported / export exports exported
    header headers / footer footers
    footnote footnotes / endnote endnotes
    enable enables enabled / disable disables disabled
    add adds added / remove removes removed subtract subtracts subtracted delete deletes deleted
    create creates created / drop drops dropped delete deletes deleted destroy destroys destroyed
    insert inserts inserted append appends / delete deletes deleted prepend prepends
    load loads loaded / save saves saved store stores stored unload unloads
    get gets / set sets
    next following / previous preceding
    front / back end
    width / height depth
    minimize / maximize
    increment increments / decrement decrements
    multiply multiplies multiplied / divide divides divided
    positive / negative
    resume resumes resumed resuming / pause pauses paused pausing suspend suspends suspended
    empty / full filled
    optional / required mandatory
    global / local
    public / private
    internal inner / external outer
    success succeeds succeeded / failure fails failed error
    many / few
    must shall / may can
    buyer buyers / seller sellers
    parent parents / child children
    day days / night nights month months week weeks year years hour hours minute minutes
    week weeks / month months year years
    summer / winter
    morning / evening
    рост вырос выросла выросли / падение упал упала упали снизился снизилась
    больше более выше / меньше менее ниже
    до / после
    он его / она её ее
    все всегда / некоторые иногда
    победа выиграл / поражение проиграл
    подтвердил / опроверг отрицал
    разрешил / запретил
"""


def _pair_up(sides: str) -> dict[str, set[str]]:
    opposites: dict[str, set[str]] = {}
    for line in sides.strip().splitlines():
        one, other = (side.split() for side in line.split("/"))
        for word in one:
            opposites.setdefault(word, set()).update(other)
        for word in other:
            opposites.setdefault(word, set()).update(one)
    return opposites


_OPPOSITES = _pair_up(_SIDES)
_DECISIVE = NUMBERS | NEGATIONS | DATES
_DIGIT = re.compile(r"\d")
_NEGATING_STARTS = frozenset("un in im il ir dis non не ни без бес ن نا بی".split())
_NEGATING_END = "less"
# Turkish geldi, gelmedi; Uzbek keldi, kelmadi.
_NEGATING_MIDDLE = re.compile("m[aeıiuü]")


def is_decisive(word: str) -> bool:
    """Whether a word, its case folded, is a number, a negation or a date."""
    return word in _DECISIVE or _DIGIT.search(word) is not None


def are_opposite(word: str, other: str) -> bool:
    """Whether two words say contrary things: rose, fell; legal, illegal; keldi, kelmadi."""
    return other in _OPPOSITES.get(word, ()) or _negates(*sorted((word, other), key=len))


def _negates(short: str, long: str) -> bool:
    if len(short) == len(long):
        return False
    if long.endswith(short):
        return long[: -len(short)] in _NEGATING_STARTS
    return long == short + _NEGATING_END or any(
        long[: part.start()] + long[part.end() :] == short
        for part in _NEGATING_MIDDLE.finditer(long)
    )
