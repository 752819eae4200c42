/** A rumpun: a group of sectors, and of partners, that has one colour. */
export interface DemoCluster {
  code: string;
  /** Indonesian. */
  name: string;
  /**
   * #rrggbb, from the palette of Okabe and Ito, which people with any common colour blindness can tell
   * apart.
   */
  colour: string;
}

/** A bidang: one kind of need. */
export interface DemoSector {
  code: string;
  /** Indonesian. */
  name: string;
  cluster: string;
}

export const CLUSTERS: readonly DemoCluster[] = [
  { code: 'human-resources', name: 'Sumber daya manusia', colour: '#e69f00' },
  { code: 'natural-resources', name: 'Sumber daya alam dan lingkungan', colour: '#009e73' },
  { code: 'education', name: 'Pendidikan', colour: '#56b4e9' },
  { code: 'infrastructure', name: 'Infrastruktur dan permukiman', colour: '#0072b2' },
  { code: 'health-family', name: 'Kesehatan dan keluarga', colour: '#cc79a7' },
  { code: 'economy', name: 'Ekonomi', colour: '#f0e442' },
  { code: 'social-religious', name: 'Sosial dan keagamaan', colour: '#d55e00' },
  { code: 'security-order', name: 'Keamanan dan ketertiban', colour: '#000000' },
];

export const SECTORS: readonly DemoSector[] = [
  { code: 'cadre-training', name: 'Pelatihan kader', cluster: 'human-resources' },
  { code: 'vocational-skills', name: 'Keterampilan kerja', cluster: 'human-resources' },
  { code: 'youth-development', name: 'Pembinaan remaja dan pemuda', cluster: 'human-resources' },
  { code: 'civil-registration', name: 'Administrasi kependudukan', cluster: 'human-resources' },
  { code: 'forest', name: 'Hutan, penghijauan, dan mata air', cluster: 'natural-resources' },
  { code: 'waste', name: 'Pengelolaan sampah', cluster: 'natural-resources' },
  { code: 'renewable-energy', name: 'Energi terbarukan', cluster: 'natural-resources' },
  { code: 'school-facilities', name: 'Sarana sekolah', cluster: 'education' },
  { code: 'early-childhood', name: 'Pendidikan anak usia dini', cluster: 'education' },
  { code: 'literacy', name: 'Literasi dan taman baca', cluster: 'education' },
  { code: 'sanitation', name: 'Sanitasi', cluster: 'infrastructure' },
  { code: 'clean-water', name: 'Air bersih', cluster: 'infrastructure' },
  { code: 'housing', name: 'Perumahan', cluster: 'infrastructure' },
  { code: 'roads', name: 'Jalan dan jembatan lingkungan', cluster: 'infrastructure' },
  { code: 'digital-access', name: 'Akses internet', cluster: 'infrastructure' },
  { code: 'maternal-health', name: 'Kesehatan ibu dan anak', cluster: 'health-family' },
  { code: 'stunting', name: 'Pencegahan stunting', cluster: 'health-family' },
  { code: 'family-planning', name: 'Keluarga berencana', cluster: 'health-family' },
  { code: 'family-resilience', name: 'Ketahanan keluarga', cluster: 'health-family' },
  { code: 'elderly-care', name: 'Pendampingan lansia', cluster: 'health-family' },
  { code: 'micro-enterprise', name: 'Usaha mikro dan koperasi', cluster: 'economy' },
  { code: 'farming', name: 'Pertanian dan peternakan', cluster: 'economy' },
  { code: 'fisheries', name: 'Perikanan', cluster: 'economy' },
  { code: 'worship-facilities', name: 'Sarana ibadah', cluster: 'social-religious' },
  { code: 'social-protection', name: 'Perlindungan sosial', cluster: 'social-religious' },
  { code: 'women-child-protection', name: 'Perlindungan perempuan dan anak', cluster: 'social-religious' },
  { code: 'arts-culture', name: 'Seni dan budaya', cluster: 'social-religious' },
  { code: 'disaster-readiness', name: 'Kesiapsiagaan bencana', cluster: 'security-order' },
  { code: 'public-order', name: 'Ketertiban lingkungan', cluster: 'security-order' },
  { code: 'mutual-aid', name: 'Gotong royong dan karya bakti', cluster: 'security-order' },
];
