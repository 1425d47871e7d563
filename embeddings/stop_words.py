"""Words that say nothing by themselves, by language: articles, pronouns, prepositions and the like.

Those of English apply to every text. A word that may carry meaning is not among them: it tells
little where it is frequent, and BM25 knows that by itself.
"""

from embeddings.words import fold_word

ENGLISH = frozenset(
    """a about after again against all also am an and any are aren as at be because been before
    being below between both but by can cannot could couldn did didn do does doesn doing
    don down during each few for from further had hadn has hasn have haven having he her
    here hers herself him himself his how i if in into is isn it its itself just ll me
    more most mustn my myself no nor not now of off on once only or other ought our ours
    ourselves out over own re s same shan she should shouldn so some such t than that the
    their theirs them themselves then there these they this those through to too under
    until up ve very was wasn we were weren what when where which while who whom why will
    with won would wouldn you your yours yourself yourselves""".split()
)

_OTHERS = {
    "ar": """
        أن إن أنّ إنّ ان في فی من إلى الى عن مع هذا هذه ذلك تلك هؤلاء الذي التي الذين اللذان هو
        هي هم هن أنا نحن أنت أنتم كان كانت كانوا يكون تكون ليس ليست لا لم لن ما ماذا متى أين اين كيف
        لماذا هل كم أي اي أو او أم ثم بل لكن ولكن قد لقد كل بعض غير بين عند عندما منذ حتى حيث إذا
        اذا إذ لو كما أيضا ايضا فقط بعد قبل خلال ضد حول دون له لها لهم به بها فيه فيها منه منها عليه
        عليها إليه إليها وهو وهي ومن وفي وقد وكان وكانت و ف ب ل يا نعم كي لأن أما إما إلا الا التى
        الذى
    """,
    "de": """
        aber alle allem allen aller alles als also am an ander andere anderem anderen anderer
        anderes auch auf aus bei beim bin bis bist da dabei dadurch dafür damit dann daran darauf
        daraus darin das dass daß davon dazu dein deine deinem deinen deiner deines dem den denen
        denn der deren des dessen dich die dies diese diesem diesen dieser dieses dir doch dort du
        durch ein eine einem einen einer eines einige einigen er es etwa etwas euch euer eure eurem
        euren eurer für gegen gibt hab habe haben habt hast hat hatte hatten hätte hätten hier hin
        hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem ins ist ja jede jedem
        jeden jeder jedes jene jenem jenen jener jenes jetzt kann kannst kein keine keinem keinen
        keiner keines können könnte könnten machen man manche mein meine meinem meinen meiner meines
        mich mir mit muss musste müssen nach nicht nichts noch nun nur ob oder ohne sehr seid sein
        seine seinem seinen seiner seines seit selbst sich sie sind so solche solchen soll sollen
        sollte sondern sonst über um und uns unser unsere unserem unseren unserer unter vom von vor
        war waren warum was weil welche welchem welchen welcher welches wem wen wenn wer werde
        werden wessen wie wieder will wir wird wo woher wohin wollen worden wurde wurden würde
        würden zu zum zur zwar zwischen
    """,
    "es": """
        a al algo algún alguna algunas alguno algunos ante antes aquel aquella aquellas aquellos
        aquí así aún aunque bajo cada como cómo con contra cuál cual cuáles cuales cuando cuándo
        cuánto cuántos cuanto cuantos de del desde donde dónde durante e el él ella ellas ello ellos
        en entre era eran eras eres es esa esas ese eso esos esta está estaba estaban estado están
        estar estas este esto estos estoy estuvo fue fueron fui ha había habían haber han hasta hay
        he hemos hubo la las le les lo los más me mi mí mis mientras mucho muchos muy nada ni no nos
        nosotros nuestra nuestras nuestro nuestros o os otra otras otro otros para pero poco por
        porque pues que qué quien quién quienes quiénes se sea sean ser si sí sido sin sino sobre
        son su sus suya suyo también tan tanto te tenía tiene tienen toda todas todo todos tu tú tus
        un una unas uno unos usted ustedes vosotros y ya yo
    """,
    "fa": """
        از است اند ان آن آنها آنان این اینها او ایشان با باید بر برای بود بودن بودند به بی پس تا تو
        چرا چند چه چون چیست چگونه خود خودش در دارد دارند داشت داشتند دیگر را شان شد شدن شده شدند شما
        شود می میشود نمی ما من نیز نیست نه ها های هایی هر هستند هست هستیم هم همه همین هنگام هیچ و وی
        ولی یا یک یکی که کجا کدام کرد کردن کرده کردند کند کنند کنید کی کیست اگر اما البته ای بین پیش
        زیرا خواهد توسط نباید باشد باشند
    """,
    "fr": """
        a à ai aient aie ait alors au aucun aucune aura aurait aussi autre autres aux avaient avait
        avant avec avez avoir avons ayant c ça car ce ceci cela celle celles celui ces cet cette
        ceux chaque chez comme comment d dans de depuis des dès dont du elle elles en encore entre
        es est et étaient était étant été être eu eux fait faire furent fut hors ici il ils j je
        jusque l la là laquelle le lequel les lesquels leur leurs lors lui m ma mais me même mêmes
        mes moi moins mon n ne ni nos notre nous on ont ou où par parce pas pendant peu peut plus
        pour pourquoi puis qu quand que quel quelle quelles quels qui quoi s sa sans se selon sera
        serait ses si soi soit son sont sous sur t ta tandis te tes toi ton tous tout toute toutes
        très tu un une vers voici voilà vos votre vous y
    """,
    "it": """
        a abbia abbiamo ad agli ai al all alla alle allo altra altre altri altro anche ancora avere
        aveva avevano avuto c che chi ci cioè ciò coi col come con contro cosa cui d da dagli dai
        dal dall dalla dalle dallo degli dei del dell della delle dello dentro di dopo dove dov due
        durante e è ed era erano essa esse essere essi esso fa fra fu furono già gli ha hai hanno ho
        i il in invece io l la le lei li lo loro lui ma me mentre mi mia mie miei mio molta molte
        molti molto ne nè né negli nei nel nell nella nelle nello noi non nostra nostre nostri
        nostro o ogni oppure per perché però più poco poi prima qual quale quali quando quanta
        quante quanti quanto quella quelle quelli quello questa queste questi questo qui quindi sarà
        saranno sarebbe se sei sempre senza si sia siamo siano siete solo sono sopra sotto sta stata
        state stati stato su sua sue sugli sui sul sull sulla sulle sullo suo suoi te ti tra tu tua
        tue tuo tuoi tutta tutte tutti tutto un una uno vi voi vostra vostro
    """,
    "nl": """
        aan al alle als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus
        een eens en er ge geen haar had hadden heb hebben heeft hem het hier hij hoe hun iemand iets
        ik in is ja je jij jullie kan kon kunnen maar me meer men met mij mijn moet moeten na naar
        niet niets nog nu of om omdat onder ons onze ook op over reeds te tegen toch toen tot u uit
        uw van veel voor waar waarom wanneer want waren was wat we weer wel welk welke werd werden
        wezen wie wij wil worden wordt zal ze zelf zich zij zijn zo zonder zou zouden
    """,
    "pt": """
        a à ainda algo alguém algum alguma algumas alguns ao aos aquela aquelas aquele aqueles
        aquilo as às até cada com como contra da das de dela delas dele deles depois desde dessa
        desse desta deste do dos durante e é ela elas ele eles em enquanto entre era eram essa essas
        esse esses esta está estão estar estas estava estavam este estes estou eu foi foram for
        fosse há havia isso isto já la lhe lhes lo mais mas me mesmo meu meus minha minhas muito
        muitos na não nas nem nenhum nessa nesse nesta neste no nos nós nossa nossas nosso nossos
        num numa o onde os ou outra outras outro outros para pela pelas pelo pelos pois por porque
        quais qual quando quanto quantos que quê quem se seja sem ser será seu seus si sido só sob
        sobre sua suas são também te tem têm tendo ter tinha tinham toda todas todo todos tu tua um
        uma umas uns você vocês
    """,
    "ru": """
        а без бы был была были было быть в вам вами вас весь во вот все всё всего всей всем всех вы
        где да даже для до его ее её ей ему если есть ещё еще же за здесь и из или им ими их к как
        какая какие какой какого каких кем ко когда кого кому который которая которое которые
        которого которой которых кто куда ли лишь между меня мне много мной мои мой моя мы на над
        нам нами нас наш наша не него нее неё нет ни них но ну о об однако он она они оно от очень
        под по почему после потому при про с сам сами себе себя сколько со свой своя свои своего
        своей своих так такая такие такой там тебе тебя тем то того тоже той только том тот ту ты у
        уже хотя чего чей чем через что чтобы чья чьи эта эти это этого этой этом этот эту этих я
    """,
    "tr": """
        acaba ama ancak bana bazı belki ben benden beni benim beri bile bir biri birkaç biz bizden
        bize bizi bizim bu buna bunda bundan bunlar bunlara bunları bunların bunu bunun burada böyle
        çok çünkü da daha dahi de defa değil diğer diye dolayı en fakat gibi hangi hangisi hani
        hatta hem henüz hep hepsi her herhangi herkes hiç hiçbir için ile ilgili ise işte kaç kadar
        karşı kendi kendine kendini kez ki kim kime kimi kimin kimse mı mi mu mü mıdır midir mudur
        müdür nasıl ne neden nedeniyle nerede nereden nereye nerde niçin niye o olan olarak oldu
        olduğu olduğunu olması olmuş ona ondan onlar onlara onlardan onları onların onu onun oysa
        pek rağmen sana sanki sen senden seni senin siz sizden size sizi sizin sonra şey şu şuna
        şunda şundan şunlar şunu şunun tarafından tüm üzere var vardı ve veya ya yani yerine yine
        yok zaten
    """,
    "uk": """
        а або адже але б без би був була були було бути в вам вами вас ваш весь вже ви від він вона
        вони воно все всі всіх всього втім г де для до дуже є ж з за завжди зі із й його йому її їй
        їм їх і ким коли кого кому крім куди лише між мене мені ми мій моя мої на над нам нами нас
        наш наша не неї немає ні ніж них но о об однак ось от отже перед під по після при про проте
        саме свій своя свої свого своєї своїх себе сам та так така такі такий там те ти тим тих
        тільки то тобі того той також тому тут у хоча хто це цей ця ці цього цієї цьому цих чи чий
        чого чому через чия що щоб як яка яке який які якого якої яких якщо я
    """,
    "uz": """
        agar ammo barcha bilan bir biroq biz bizga bizni bizning bo'lgan bo'lib bo'ldi bo'lsa boshqa
        bu bunday bundan buni buning chunki edi ekan esa faqat ham hamma har hech hali ikki ketin
        kerak keyin kim kimga kimning lekin men menga meni mening nega nima nimaga nimani nimaning
        o'sha o'z o'zi qachon qaerda qayerda qanday qancha qaysi qilib sen seni siz sizga sizni
        sizning sababli shu shunday shuning tomonidan u uchun ular ularga ularni ularning uni uning
        unga va yana yoki yo'q агар аммо барча билан бир бироқ биз бизга бизни бизнинг бошқа бу
        бундай бундан буни бунинг бўлган бўлиб бўлди бўлса ва ёки йўқ кейин керак ким кимга лекин
        мен менга мени менинг нега нима нимага сен сиз сизга сизни учун у уни унинг унга улар уларга
        уларни уларнинг фақат чунки шу шундай шунинг эди экан эса ҳам ҳар ҳеч қачон қаерда қандай
        қанча қайси ўз ўша томонидан
    """,
}

STOP_WORDS = {
    language: frozenset(map(fold_word, words.split())) for language, words in _OTHERS.items()
}
"""The folded words of each language but English, by its ISO 639 code."""
