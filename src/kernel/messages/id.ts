import type { MessageKey } from './en.ts';

/** What the hub says, in Indonesian. */
export const id: Record<MessageKey, string> = {
  'input.required': 'Bidang ini wajib diisi.',
  'input.too-long': 'Paling banyak {max, number} karakter; ini {length, number}.',
  'input.too-short': 'Paling sedikit {min, number} karakter.',
  'input.control': 'Karakter {character} di posisi {position, number} adalah karakter kendali; hapuslah.',
  'input.line-break': 'Tulis dalam satu baris; ada tab atau ganti baris di posisi {position, number}.',
  'input.invisible': 'Karakter {character} di posisi {position, number} tidak terlihat; hapuslah.',
  'input.marks': 'Terlalu banyak tanda pada satu huruf di posisi {position, number}; hapus sebagian.',
  'input.broken-character': 'Ada karakter yang rusak dalam teks ini; hapus lalu ketik ulang.',
  'input.shows-nothing': 'Teks ini tidak menampilkan apa pun; tulis sesuatu yang terbaca, atau kosongkan.',
  'input.evidence-password':
    'Alamat bukti tidak boleh memuat nama pengguna atau kata sandi; hapus bagian sebelum “@”.',
  'input.not-positive': 'Harus bilangan bulat paling sedikit 1.',
  'input.value-too-great': 'Jumlah kali nilai satuan melewati {max, number, rupiah}; kecilkan salah satunya.',
  'input.village-plan-too-great': 'Dengan kebutuhan ini rencana kampung akan melewati {max, number, rupiah}.',
  'input.plan-too-great': 'Dengan kebutuhan ini rencana semua kampung akan melewati {max, number, rupiah}.',
  'input.books-too-great':
    'Dengan komitmen ini dukungan dalam neraca salah satu mitra akan melewati {max, number, rupiah}.',
  'input.bad-id': 'Ini bukan id {kind}; seharusnya berawal “{prefix}_”.',
  'input.bad-node-id': 'Ini bukan id; id berbentuk seperti need_01jd3m5a8zf6wvqk2x7r9c4b1e.',
  'input.too-many-deliveries': 'Paling banyak {max, number} penyaluran dapat dilaporkan untuk satu ikrar.',
  'input.bad-area-code': 'Bukan kode wilayah resmi, seperti 36, 36.02, 36.02.11 atau 36.02.11.2005.',
  'input.bad-date': 'Bukan tanggal kalender, seperti 2026-06-30.',
  'input.date-past': 'Tanggal {date} sudah lewat; pilih hari ini ({today}) atau sesudahnya.',
  'input.date-too-far': 'Tanggal {date} terlalu jauh; pilih {latest} atau sebelumnya.',
  'input.draft-overdue': 'Tenggat draf ini {date}, sudah lewat; beri dahulu tanggal yang lebih lambat.',
  'input.date-future': 'Tanggal {date} belum tiba; pilih hari ini ({today}) atau sebelumnya.',
  'input.bad-evidence': 'Bukti harus berupa alamat http atau https, paling banyak {max, number}.',
  'input.bad-key': 'Kunci idempotensi terdiri dari 1 sampai 200 karakter tampak tanpa spasi di ujungnya.',
  'input.bad-action': 'Bukan nama tindakan, seperti claimNeed atau signIn.',
  'input.bad-cursor': 'Kursor ini bukan milik daftar ini; ambil dari pageInfo daftar itu sendiri.',
  'input.bad-page-size': 'Mintalah 1 sampai {max, number} sekaligus.',
  'input.unknown-sector': 'Tidak ada bidang “{code}”; kueri “sectors” memuat daftarnya.',
  'input.unknown-cluster': 'Tidak ada rumpun “{code}”; kueri “clusters” memuat daftarnya.',
  'input.unknown-area': 'Tidak ada wilayah dengan kode “{code}”.',
  'input.bad-code': 'Kode terdiri dari 2 sampai 60 huruf kecil, angka, dan tanda hubung tunggal.',
  'input.code-taken': 'Kode “{code}” sudah dipakai mitra lain.',
  'input.unknown-partner': 'Mitra itu tidak ada; kueri “partners” memuat daftarnya.',
  'input.unknown-village': 'Desa itu tidak ada; kueri “villages” memuat daftarnya.',
  'input.bad-email': 'Bukan alamat email, seperti nama@kantor.go.id, paling panjang 254 karakter.',
  'input.email-taken': 'Sudah ada akun dengan alamat ini; kueri “accounts” menemukannya.',
  'input.role-needs': 'Peran {role} memerlukan ini; isilah, atau hilangkan perannya.',
  'input.without-role': 'Ini hanya untuk peran {role}; tambahkan perannya, atau kosongkan ini.',
  'input.twice': '“{value}” tertulis dua kali.',
  'input.below-claimed': 'Jumlah tidak boleh kurang dari {claimed, number} yang sudah diikrarkan.',
  'input.unit-value-frozen': 'Nilai satuan tidak dapat diubah setelah ada ikrar.',
  'input.nothing-to-change': 'Sebutkan paling sedikit satu bidang yang diubah.',
  'input.one-of': 'Berikan tepat satu dari ini: {fields}.',
  'input.too-many-tokens':
    'Satu akun paling banyak memiliki {max, number} token API; cabut salah satu dahulu.',
  'input.too-many': 'Paling banyak {max, number} isian.',
  'input.over-delivery': 'Hanya {left, number} dari ikrar ini yang tersisa untuk disalurkan.',
  'input.out-of-range': 'Harus dari {min, number} sampai {max, number}.',
  'input.not-used': 'Aturan {rule} tidak memakai angka ini; kosongkan.',
  'input.below-limit': 'Batas atas tidak boleh di bawah batasnya.',
  'input.rule-missing': 'Aturan {rule} belum ada; satu kebijakan memuat kelimanya.',
  'not-found.need': 'Kebutuhan itu tidak ada.',
  'not-found.pledge': 'Ikrar itu tidak ada.',
  'not-found.delivery': 'Penyaluran itu tidak ada.',
  'not-found.village': 'Kampung itu tidak ada.',
  'not-found.partner': 'Mitra itu tidak ada.',
  'not-found.api-token': 'Token API itu tidak ada.',
  'not-found.account': 'Akun itu tidak ada.',
  'not-found.session': 'Sesi itu tidak ada.',
  'forbidden.read': 'Anda tidak berhak melihat ini.',
  'forbidden.need': 'Hanya kampung itu sendiri, atau koordinator wilayahnya, yang boleh melakukan ini.',
  'forbidden.partner': 'Hanya anggota mitra yang berikrar yang boleh melakukan ini.',
  'forbidden.claim': 'Hanya anggota mitra yang boleh berikrar. Masuklah dengan akun mitra.',
  'forbidden.decide': 'Hanya koordinator wilayah kampung itu yang boleh memutuskan ini.',
  'forbidden.verify-own': 'Tidak seorang pun boleh memeriksa penyaluran mitranya sendiri.',
  'forbidden.register':
    'Hanya koordinator yang wilayahnya mencakup semua wilayah ini yang boleh mendaftarkan mitra.',
  'forbidden.policy': 'Hanya koordinator wilayah ini, atau administrator, yang boleh menerbitkan aturannya.',
  'forbidden.audit':
    'Hanya auditor dan administrator yang boleh membaca jejak audit; masuklah sebagai salah satunya.',
  'forbidden.access':
    'Hanya administrator yang boleh melakukan ini untuk akun lain, dan tidak lewat token API.',
  'forbidden.accounts':
    'Hanya administrator yang boleh melakukan ini, dan tidak lewat token API; mintalah kepada salah satunya.',
  'forbidden.last-administrator':
    'Ini administrator terakhir yang dapat masuk; jadikan orang lain administrator dahulu.',
  'state.has-password': 'Akun ini sudah memiliki kata sandi, dan tidak memerlukan undangan.',
  'state.disabled': 'Akun ini dinonaktifkan; aktifkan dahulu.',
  'state.issuer-invitation':
    'Akun ini masuk melalui {issuer} dan tidak memiliki kata sandi di sini; mintalah pengelolanya untuk memberi akses.',
  'state.issuer-roles': 'Kewenangan akun ini ditentukan oleh {issuer}; mintalah perubahannya di sana.',
  'state.need': 'Kebutuhan ini berstatus {status}; hal ini tidak dapat dilakukan lagi.',
  'state.need-draft': 'Kebutuhan ini berstatus {status}; hanya rancangan yang dapat diterbitkan.',
  'state.pledge': 'Ikrar ini berstatus {status}; hal ini tidak dapat dilakukan sekarang.',
  'state.delivery': 'Penyaluran ini berstatus {status}; keputusannya sudah ada.',
  'state.delivery-undecided': 'Ada penyaluran yang menunggu keputusan kampung; periksa atau sanggah dahulu.',
  'stale-version': 'Seseorang sudah mengubahnya sejak Anda membacanya (versi {current, number}); baca ulang.',
  'not-enough':
    '{remaining, plural, =0 {Kebutuhan ini sudah habis diikrarkan.} other {Hanya # yang tersisa dari kebutuhan ini.}} Anda meminta {asked, number}.',
  'idempotency-conflict': 'Kunci idempotensi ini sudah dipakai untuk permintaan lain; pilih kunci baru.',
  'sign-in.failed': 'Email atau kata sandi salah.',
  'sign-in.throttled':
    'Terlalu sering mencoba masuk; coba lagi dalam {minutes, number} menit, atau dari perangkat yang pernah Anda minta untuk diingat.',
  'password.common':
    'Kata sandi ini termasuk yang paling dahulu ditebak; pilih beberapa kata yang tidak saling berhubungan.',
  'password.own-words':
    'Kata sandi ini memakai alamat, nama, atau organisasi Anda, yang diketahui orang lain; pilih kata-kata lain.',
  'password.product-words':
    'Kata sandi ini memakai kata-kata yang dikenal semua orang di sini; pilih beberapa kata yang tidak saling berhubungan.',
  'invitation.failed':
    'Undangan ini sudah dipakai, sudah lewat waktunya, atau tidak pernah ada; mintalah yang baru kepada administrator.',
  'auth.no-role':
    'Akun lembaga Anda tidak memberi Anda peran di hub ini; mintalah kepada pengelola akun lembaga Anda, lalu masuk lagi.',
  'auth.unfit-claim':
    'Akun lembaga Anda memberi Anda peran {role}, tetapi klaim “{claim}” di dalamnya tidak menyebut sesuatu yang dikenal hub ini; mintalah pengelola akun lembaga Anda memperbaikinya, lalu masuk lagi.',
  'auth.issuer-unavailable':
    'Akun lembaga Anda tidak dapat diperiksa saat ini; coba lagi setengah menit lagi.',
  'auth.required': 'Masuklah dahulu: kirim “Authorization: Bearer <token>” dengan token jawaban signIn.',
  'auth.invalid':
    'Token ini bukan dari hub ini, atau berubah di perjalanan; masuklah, lalu kirim token dari signIn apa adanya.',
  'auth.expired': 'Masa berlaku token ini sudah habis; silakan masuk lagi.',
  'auth.ended': 'Sesi ini sudah berakhir, atau akunnya dinonaktifkan; silakan masuk lagi.',
  'auth.permissions-changed': 'Hak akun Anda sudah berubah; sambungkan lagi dengan token yang sama.',
  'error.database-away':
    'Basis data sedang tidak dapat dijangkau, dan belum ada hasil yang bisa dipastikan; coba lagi dalam {seconds} detik, untuk mutasi dengan kunci idempotensi yang sama.',
  'error.internal': 'Ada yang salah di pihak kami; sebutkan {id} bila meminta bantuan.',
  'error.busy': 'Hub sedang sibuk; coba lagi sebentar lagi.',
  'audit.restored':
    'Jejak audit dipulihkan dari cadangan: entri yang ditunjuk kursor ini tidak lagi menjadi bagiannya. Baca daftar ini lagi dari awal.',
  'feed.interrupted':
    'Umpan dipulihkan ke keadaan sebelumnya. Data yang Anda miliki tetap berlaku; lanjutkan dengan kursor terakhir Anda.',
  'feed.not-here-yet': 'Peristiwa ini belum sampai di simpul ini. Coba lagi sebentar lagi.',
  'feed.restored':
    'Umpan dipulihkan ke keadaan sebelumnya: data Anda setelah posisi {position} tidak berlaku lagi. Buang data itu, lalu lanjutkan dengan kursor pada galat ini.',
  'feed.overflow': 'Anda membaca terlalu lambat; lanjutkan dengan kursor {cursor}.',
  'query.too-large':
    'Jawaban ini dapat memuat {fields, number} ruas, sedangkan batasnya {max, number}: minta halaman yang lebih kecil, atau isi yang lebih sedikit.',
  'query.too-many-bytes':
    'Jawaban ini lebih dari {max, number} bita: minta halaman yang lebih kecil, atau lebih sedikit teks panjang di dalamnya.',
  'query.too-slow':
    'Basis data memerlukan lebih dari {seconds, number} detik: minta halaman yang lebih kecil, saringan yang lebih sempit, atau isi yang lebih sedikit.',
  'query.too-many-tokens':
    'Dokumen ini lebih panjang dari {max, number} token: kirim lebih sedikit operasi, atau minta lebih sedikit di tiap operasi.',
  'query.too-many-comments': 'Dokumen ini memuat lebih dari {max, number} komentar: hilangkanlah.',
  'query.too-deep':
    'Dokumen ini sedalam {counted, number} tingkat, sedangkan batasnya {max, number}: kurangi tingkatnya.',
  'query.too-many-aliases':
    'Dokumen ini memuat {counted, number} alias, sedangkan batasnya {max, number}: minta lebih sedikit sekaligus.',
  'query.alias-too-long':
    'Sebuah alias terdiri dari {counted, number} karakter, sedangkan batasnya {max, number}: pilih alias yang lebih pendek.',
  'query.too-many-directives':
    'Dokumen ini memuat {counted, number} direktif, sedangkan batasnya {max, number}: hilangkan sebagian.',
  'query.too-many-selections':
    'Bersama fragmennya dokumen ini memuat {counted, number} pilihan ruas, sedangkan batasnya {max, number}: minta lebih sedikit sekaligus.',
  'query.too-much-to-keep':
    'Variabel langganan ini sepanjang {counted, number} karakter, sedangkan batasnya {max, number}: sebutkan lebih sedikit dalam saringannya.',
  'query.too-many-operations':
    'Satu sambungan memuat {max, number} operasi sekaligus; akhiri beberapa dahulu.',
  'persisted.mismatch':
    'Id ini bukan SHA-256 dari teksnya; kirim salah satu, atau keduanya yang memang sepasang.',
  'persisted.not-found':
    'Tidak ada operasi tersimpan dengan id ini; pengelola hub dapat menambahkannya lewat PERSISTED_OPERATIONS.',
  'persisted.only':
    'Hub ini hanya menerima operasi tersimpan; pengelolanya dapat menambahkan operasi ini lewat PERSISTED_OPERATIONS.',
  'persisted.send-text':
    'Tidak ada operasi tersimpan dengan id ini, dan klien tidak dapat menambahkannya; kirim teks operasinya.',
  'request.bad': 'Permintaan ini tidak terbaca oleh hub; kirim objek JSON dengan query.',
  'request.batch':
    'Satu permintaan memuat satu operasi, sedangkan ini memuat {counted, number}; kirim satu per satu.',
  'request.body-too-large':
    'Isi permintaan lebih besar dari {max, number} bita; kirim lebih sedikit sekaligus.',
  'request.forgery':
    'Halaman web dapat mengirim ini tanpa diminta: tambahkan salah satu tajuk ini: {headers}.',
  'request.foreign-origin':
    'Halaman dari “{origin}” tidak boleh meminta ke hub ini; pengelolanya dapat mengizinkan lewat ALLOWED_ORIGINS.',
  'request.media-type': 'Kirim isi permintaan sebagai application/json, tanpa dimampatkan.',
  'rate.too-fast':
    'Anda meminta terlalu banyak dalam waktu terlalu singkat; tunggu {seconds, number} detik, lalu minta lagi.',
  'rate.too-many-at-once':
    'Ada {max, number} operasi Anda yang sedang berjalan, dan itu batasnya; tunggu sampai ada yang selesai, lalu minta lagi.',
  'rate.sign-ins-wait': '{max, number} orang sedang masuk; coba lagi beberapa detik lagi.',
  'rate.too-many-arriving':
    'Terlalu banyak permintaan dari jaringan Anda yang masih dalam perjalanan; tunggu sampai ada yang tiba, lalu minta lagi.',
  'rate.too-much-open':
    'Dengan yang ini satu kejadian dapat memuat {counted, number} ruas dalam semua langganan Anda yang terbuka, sedangkan batasnya {max, number}: akhiri beberapa dahulu, atau minta lebih sedikit dalam tiap langganan.',
  'suggestion.SUPPORTS_CREDITOR': 'Ini mendukung mitra yang sudah lebih banyak mendukung Anda.',
  'suggestion.ADDS_COLOUR': 'Rumpun Anda adalah warna yang belum ada di kampung ini.',
  'suggestion.LEAST_COVERED': '{coverage, number, percent} rencana kampung sudah terpenuhi.',
  'suggestion.URGENT': 'Ini mendesak.',
  'suggestion.DUE_SOON': 'Tenggatnya sudah dekat.',
  'rule.RECIPROCITY':
    '{ok, select, yes {Dukungan yang diterima {before, number, rupiah}; sampai {limit, number, rupiah}, yang diberikan ditambah kredit, mitra boleh berikrar dalam tupoksinya sendiri.} other {Dukungan yang diterima ({before, number, rupiah}) melebihi yang diberikan ditambah kredit ({limit, number, rupiah}); dukung dahulu tupoksi mitra lain.}}',
  'rule.PARTNER_SHARE':
    '{ok, select, yes {Dengan ikrar ini mitra memegang {after, number, percent} rencana kampung; batasnya {limit, number, percent}.} other {Dengan ikrar ini mitra akan memegang {after, number, percent} rencana kampung, lebih dari {limit, number, percent}; kurangi ikrar, atau pilih kampung lain.}}',
  'rule.COLOUR_SHARE':
    '{ok, select, yes {Dengan ikrar ini rumpun memegang {after, number, percent} rencana kampung; batasnya {limit, number, percent}.} other {Dengan ikrar ini rumpun akan memegang {after, number, percent} rencana kampung, lebih dari {limit, number, percent}; beri tempat bagi warna lain.}}',
  'rule.SPREAD':
    '{ok, select, yes {{before, number, percent} rencana kampung sudah diikrarkan, atau tidak ada kampung sekitar yang tertinggal; batasnya {limit, number, percent}.} other {{before, number, percent} rencana kampung sudah diikrarkan (batas {limit, number, percent}) sedangkan kampung lain di kabupaten ini menunggu bidang ini.}}',
  'rule.CAPACITY':
    '{ok, select, yes {{after, plural, other {# ikrar terbuka}} dengan ikrar ini; batasnya {limit, number}, kecuali cukup banyak yang tuntas.} other {{after, plural, other {# ikrar terbuka}} dengan ikrar ini, lebih dari {limit, number}, dan terlalu sedikit yang tuntas; tuntaskan dahulu.}}',
};
