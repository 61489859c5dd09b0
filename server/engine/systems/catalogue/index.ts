// Written by scripts/catalogueIndex.ts from the JSON files of this folder; do not edit.
import c_alphago_server from './alphago-server.json';
import c_amd_mi300x_8 from './amd-mi300x-8.json';
import c_apple_m4 from './apple-m4.json';
import c_battery_management from './battery-management.json';
import c_edge_server from './edge-server.json';
import c_google_cat_2012 from './google-cat-2012.json';
import c_google_tpu_v5e_8 from './google-tpu-v5e-8.json';
import c_google_tpu_v5p_64 from './google-tpu-v5p-64.json';
import c_gpu_cluster from './gpu-cluster.json';
import c_gpu_workstation from './gpu-workstation.json';
import c_huawei_atlas_900 from './huawei-atlas-900.json';
import c_intel_gaudi2_8 from './intel-gaudi2-8.json';
import c_jetson_agx_orin from './jetson-agx-orin.json';
import c_mcu_cloud from './mcu-cloud.json';
import c_nvidia_dgx_a100 from './nvidia-dgx-a100.json';
import c_nvidia_dgx_h100 from './nvidia-dgx-h100.json';
import c_nvidia_gb200_nvl72 from './nvidia-gb200-nvl72.json';
import c_nvidia_hgx_b200 from './nvidia-hgx-b200.json';
import c_nvidia_hgx_h200 from './nvidia-hgx-h200.json';
import c_nvidia_l40s_8 from './nvidia-l40s-8.json';
import c_nvidia_selene from './nvidia-selene.json';
import c_ornl_summit from './ornl-summit.json';
import c_phone_soc from './phone-soc.json';
import c_raspberry_pi_coral from './raspberry-pi-coral.json';
import c_raspberry_pi_hailo from './raspberry-pi-hailo.json';
import c_rtx_4090_workstation from './rtx-4090-workstation.json';
import c_samsung_galaxy_s24 from './samsung-galaxy-s24.json';
import c_snapdragon_laptop from './snapdragon-laptop.json';
import c_vehicle_fsd from './vehicle-fsd.json';

/** Every catalogue file as read; a test checks each against system.schema.json. */
export const catalogue = [
  c_alphago_server,
  c_amd_mi300x_8,
  c_apple_m4,
  c_battery_management,
  c_edge_server,
  c_google_cat_2012,
  c_google_tpu_v5e_8,
  c_google_tpu_v5p_64,
  c_gpu_cluster,
  c_gpu_workstation,
  c_huawei_atlas_900,
  c_intel_gaudi2_8,
  c_jetson_agx_orin,
  c_mcu_cloud,
  c_nvidia_dgx_a100,
  c_nvidia_dgx_h100,
  c_nvidia_gb200_nvl72,
  c_nvidia_hgx_b200,
  c_nvidia_hgx_h200,
  c_nvidia_l40s_8,
  c_nvidia_selene,
  c_ornl_summit,
  c_phone_soc,
  c_raspberry_pi_coral,
  c_raspberry_pi_hailo,
  c_rtx_4090_workstation,
  c_samsung_galaxy_s24,
  c_snapdragon_laptop,
  c_vehicle_fsd,
] as readonly unknown[];
