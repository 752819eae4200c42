/** The demo accounts' one password, printed by the hub at its start; it exists in demo mode only. */
export const DEMO_PASSWORD = 'kampungkb';

/** The first tab of a newcomer. */
export const WELCOME = `# Selamat datang di Sinergi · Welcome to Sinergi
#
# 1. Masuk (tombol di atas) · Sign in (button above)
# 2. Pilih contoh · Pick an example
# 3. Tekan ▶ atau Ctrl-Enter · Press ▶ or Ctrl-Enter

query Clusters {
  clusters {
    code
    name
    colour
  }
}
`;
