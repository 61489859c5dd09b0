// Written by scripts/catalogueIndex.ts from the JSON files of this folder; do not edit.
import type { Chip } from '../chip';
import c_alibaba_hanguang_800 from './alibaba-hanguang-800.json';
import c_amd_alveo_u250 from './amd-alveo-u250.json';
import c_amd_epyc_7742 from './amd-epyc-7742.json';
import c_amd_epyc_9654 from './amd-epyc-9654.json';
import c_amd_mi250x from './amd-mi250x.json';
import c_amd_mi300x from './amd-mi300x.json';
import c_amd_mi325x from './amd-mi325x.json';
import c_amd_mi355x from './amd-mi355x.json';
import c_amd_ryzen_9_7950x from './amd-ryzen-9-7950x.json';
import c_amd_xdna1 from './amd-xdna1.json';
import c_amd_xdna2 from './amd-xdna2.json';
import c_apple_a11_neural_engine from './apple-a11-neural-engine.json';
import c_apple_a13_neural_engine from './apple-a13-neural-engine.json';
import c_apple_a17_pro_neural_engine from './apple-a17-pro-neural-engine.json';
import c_apple_m1_max_gpu from './apple-m1-max-gpu.json';
import c_apple_m2_ane from './apple-m2-ane.json';
import c_apple_m2_ultra_gpu from './apple-m2-ultra-gpu.json';
import c_apple_m3_max_gpu from './apple-m3-max-gpu.json';
import c_apple_m4_ane from './apple-m4-ane.json';
import c_apple_m4_cpu from './apple-m4-cpu.json';
import c_apple_m4_gpu from './apple-m4-gpu.json';
import c_apple_m4_max_gpu from './apple-m4-max-gpu.json';
import c_arm_cortex_m33 from './arm-cortex-m33.json';
import c_arm_cortex_m7 from './arm-cortex-m7.json';
import c_arm_ethos_u55_256 from './arm-ethos-u55-256.json';
import c_arm_ethos_u85 from './arm-ethos-u85.json';
import c_arm_neoverse_v2 from './arm-neoverse-v2.json';
import c_aws_inferentia1 from './aws-inferentia1.json';
import c_aws_inferentia2 from './aws-inferentia2.json';
import c_aws_trainium1 from './aws-trainium1.json';
import c_aws_trainium2 from './aws-trainium2.json';
import c_aws_trainium3 from './aws-trainium3.json';
import c_baidu_kunlun1 from './baidu-kunlun1.json';
import c_brainchip_akida_akd1000 from './brainchip-akida-akd1000.json';
import c_brainscales_1_wafer from './brainscales-1-wafer.json';
import c_brainscales_2 from './brainscales-2.json';
import c_broadcom_bcm2711 from './broadcom-bcm2711.json';
import c_broadcom_bcm2712 from './broadcom-bcm2712.json';
import c_cambricon_mlu290_m5 from './cambricon-mlu290-m5.json';
import c_cambricon_mlu370_x8 from './cambricon-mlu370-x8.json';
import c_cerebras_wse1 from './cerebras-wse1.json';
import c_cerebras_wse2 from './cerebras-wse2.json';
import c_cerebras_wse3 from './cerebras-wse3.json';
import c_deepx_dx_m1 from './deepx-dx-m1.json';
import c_furiosa_rngd from './furiosa-rngd.json';
import c_furiosa_warboy from './furiosa-warboy.json';
import c_generalvision_nepes_nm500 from './generalvision-nepes-nm500.json';
import c_generic_x86_avx2_desktop from './generic-x86-avx2-desktop.json';
import c_google_coral_edge_tpu from './google-coral-edge-tpu.json';
import c_google_tpu_v1 from './google-tpu-v1.json';
import c_google_tpu_v2 from './google-tpu-v2.json';
import c_google_tpu_v3 from './google-tpu-v3.json';
import c_google_tpu_v4 from './google-tpu-v4.json';
import c_google_tpu_v5e from './google-tpu-v5e.json';
import c_google_tpu_v5p from './google-tpu-v5p.json';
import c_google_tpu_v6e from './google-tpu-v6e.json';
import c_google_tpu_v7 from './google-tpu-v7.json';
import c_graphcore_ipu_gc2 from './graphcore-ipu-gc2.json';
import c_graphcore_ipu_gc200 from './graphcore-ipu-gc200.json';
import c_greenwaves_gap9 from './greenwaves-gap9.json';
import c_groq_lpu_v1 from './groq-lpu-v1.json';
import c_hailo_10h from './hailo-10h.json';
import c_hailo_15h from './hailo-15h.json';
import c_hailo_8 from './hailo-8.json';
import c_hailo_8l from './hailo-8l.json';
import c_huawei_ascend_310 from './huawei-ascend-310.json';
import c_huawei_ascend_910 from './huawei-ascend-910.json';
import c_huawei_ascend_910b from './huawei-ascend-910b.json';
import c_huawei_kirin_970_cpu from './huawei-kirin-970-cpu.json';
import c_huawei_kirin_970_npu from './huawei-kirin-970-npu.json';
import c_huawei_kirin_990_npu from './huawei-kirin-990-npu.json';
import c_hyperaccel_lpu from './hyperaccel-lpu.json';
import c_ibm_heron from './ibm-heron.json';
import c_ibm_northpole from './ibm-northpole.json';
import c_ibm_power9 from './ibm-power9.json';
import c_ibm_truenorth from './ibm-truenorth.json';
import c_intel_arc_a770m from './intel-arc-a770m.json';
import c_intel_arc_b580 from './intel-arc-b580.json';
import c_intel_arria10 from './intel-arria10.json';
import c_intel_atom_x7425e from './intel-atom-x7425e.json';
import c_intel_atom_x7425e_igpu from './intel-atom-x7425e-igpu.json';
import c_intel_core_i7_1185g7 from './intel-core-i7-1185g7.json';
import c_intel_core_i7_1185g7_igpu from './intel-core-i7-1185g7-igpu.json';
import c_intel_core_i7_12700h from './intel-core-i7-12700h.json';
import c_intel_core_i7_12700h_igpu from './intel-core-i7-12700h-igpu.json';
import c_intel_core_i9_13900k from './intel-core-i9-13900k.json';
import c_intel_core_i9_13900k_igpu from './intel-core-i9-13900k-igpu.json';
import c_intel_flex_170 from './intel-flex-170.json';
import c_intel_habana_gaudi1 from './intel-habana-gaudi1.json';
import c_intel_habana_gaudi2 from './intel-habana-gaudi2.json';
import c_intel_habana_gaudi3 from './intel-habana-gaudi3.json';
import c_intel_habana_goya from './intel-habana-goya.json';
import c_intel_haswell_e5_2699v3 from './intel-haswell-e5-2699v3.json';
import c_intel_loihi1 from './intel-loihi1.json';
import c_intel_loihi2 from './intel-loihi2.json';
import c_intel_lunar_lake_npu from './intel-lunar-lake-npu.json';
import c_intel_max_1550 from './intel-max-1550.json';
import c_intel_meteor_lake_npu from './intel-meteor-lake-npu.json';
import c_intel_movidius_myriad_x from './intel-movidius-myriad-x.json';
import c_intel_nervana_nnp_i from './intel-nervana-nnp-i.json';
import c_intel_nervana_nnp_t from './intel-nervana-nnp-t.json';
import c_intel_pohoiki_beach from './intel-pohoiki-beach.json';
import c_intel_pohoiki_springs from './intel-pohoiki-springs.json';
import c_intel_stratix10_nx from './intel-stratix10-nx.json';
import c_intel_xeon_6154 from './intel-xeon-6154.json';
import c_intel_xeon_8380 from './intel-xeon-8380.json';
import c_intel_xeon_8480 from './intel-xeon-8480.json';
import c_intel_xeon_8490h from './intel-xeon-8490h.json';
import c_intel_xeon_e5_2670 from './intel-xeon-e5-2670.json';
import c_meta_mtia_v2 from './meta-mtia-v2.json';
import c_microsoft_catapult_brainwave_stratix10 from './microsoft-catapult-brainwave-stratix10.json';
import c_microsoft_hololens_hpu2 from './microsoft-hololens-hpu2.json';
import c_microsoft_maia_100 from './microsoft-maia-100.json';
import c_mobilint_aries from './mobilint-aries.json';
import c_mythic_m1076 from './mythic-m1076.json';
import c_nvidia_a10 from './nvidia-a10.json';
import c_nvidia_a100_pcie_40gb from './nvidia-a100-pcie-40gb.json';
import c_nvidia_a100_pcie_80gb from './nvidia-a100-pcie-80gb.json';
import c_nvidia_a100_sxm_40gb from './nvidia-a100-sxm-40gb.json';
import c_nvidia_a100_sxm_80gb from './nvidia-a100-sxm-80gb.json';
import c_nvidia_a2 from './nvidia-a2.json';
import c_nvidia_a30 from './nvidia-a30.json';
import c_nvidia_b200 from './nvidia-b200.json';
import c_nvidia_b300 from './nvidia-b300.json';
import c_nvidia_drive_px2 from './nvidia-drive-px2.json';
import c_nvidia_gb300 from './nvidia-gb300.json';
import c_nvidia_gh200 from './nvidia-gh200.json';
import c_nvidia_h100_nvl from './nvidia-h100-nvl.json';
import c_nvidia_h100_pcie from './nvidia-h100-pcie.json';
import c_nvidia_h100_sxm from './nvidia-h100-sxm.json';
import c_nvidia_h200_nvl from './nvidia-h200-nvl.json';
import c_nvidia_h200_sxm from './nvidia-h200-sxm.json';
import c_nvidia_jetson_agx_orin_32gb from './nvidia-jetson-agx-orin-32gb.json';
import c_nvidia_jetson_agx_orin_64gb from './nvidia-jetson-agx-orin-64gb.json';
import c_nvidia_jetson_agx_xavier from './nvidia-jetson-agx-xavier.json';
import c_nvidia_jetson_orin_cpu from './nvidia-jetson-orin-cpu.json';
import c_nvidia_jetson_orin_dla from './nvidia-jetson-orin-dla.json';
import c_nvidia_jetson_orin_nano from './nvidia-jetson-orin-nano.json';
import c_nvidia_jetson_orin_nano_cpu from './nvidia-jetson-orin-nano-cpu.json';
import c_nvidia_jetson_orin_nx_16gb from './nvidia-jetson-orin-nx-16gb.json';
import c_nvidia_jetson_xavier_nx from './nvidia-jetson-xavier-nx.json';
import c_nvidia_k80 from './nvidia-k80.json';
import c_nvidia_l4 from './nvidia-l4.json';
import c_nvidia_l40 from './nvidia-l40.json';
import c_nvidia_l40s from './nvidia-l40s.json';
import c_nvidia_rtx_3090 from './nvidia-rtx-3090.json';
import c_nvidia_rtx_4000_ada from './nvidia-rtx-4000-ada.json';
import c_nvidia_rtx_4080 from './nvidia-rtx-4080.json';
import c_nvidia_rtx_4090 from './nvidia-rtx-4090.json';
import c_nvidia_rtx_5090 from './nvidia-rtx-5090.json';
import c_nvidia_rtx_6000_ada from './nvidia-rtx-6000-ada.json';
import c_nvidia_t4 from './nvidia-t4.json';
import c_nvidia_v100_sxm2_16gb from './nvidia-v100-sxm2-16gb.json';
import c_nvidia_v100_sxm2_32gb from './nvidia-v100-sxm2-32gb.json';
import c_qualcomm_adreno_740 from './qualcomm-adreno-740.json';
import c_qualcomm_adreno_750 from './qualcomm-adreno-750.json';
import c_qualcomm_adreno_x1_85 from './qualcomm-adreno-x1-85.json';
import c_qualcomm_cloud_ai_100_pro from './qualcomm-cloud-ai-100-pro.json';
import c_qualcomm_cloud_ai_100_standard from './qualcomm-cloud-ai-100-standard.json';
import c_qualcomm_qcs6490_cpu from './qualcomm-qcs6490-cpu.json';
import c_qualcomm_qcs6490_hexagon from './qualcomm-qcs6490-hexagon.json';
import c_qualcomm_sa8775p_hexagon from './qualcomm-sa8775p-hexagon.json';
import c_qualcomm_snapdragon_8_elite_cpu from './qualcomm-snapdragon-8-elite-cpu.json';
import c_qualcomm_snapdragon_8_elite_hexagon from './qualcomm-snapdragon-8-elite-hexagon.json';
import c_qualcomm_snapdragon_8gen2_cpu from './qualcomm-snapdragon-8gen2-cpu.json';
import c_qualcomm_snapdragon_8gen2_hexagon from './qualcomm-snapdragon-8gen2-hexagon.json';
import c_qualcomm_snapdragon_8gen3_cpu from './qualcomm-snapdragon-8gen3-cpu.json';
import c_qualcomm_snapdragon_8gen3_hexagon from './qualcomm-snapdragon-8gen3-hexagon.json';
import c_qualcomm_snapdragon_x_elite_cpu from './qualcomm-snapdragon-x-elite-cpu.json';
import c_qualcomm_snapdragon_x_elite_hexagon from './qualcomm-snapdragon-x-elite-hexagon.json';
import c_qualcomm_zeroth from './qualcomm-zeroth.json';
import c_rebellions_atom from './rebellions-atom.json';
import c_rebellions_rebel_quad from './rebellions-rebel-quad.json';
import c_rockchip_rk3588_cpu from './rockchip-rk3588-cpu.json';
import c_rockchip_rk3588_npu from './rockchip-rk3588-npu.json';
import c_sambanova_sn40l from './sambanova-sn40l.json';
import c_samsung_exynos_2400_npu from './samsung-exynos-2400-npu.json';
import c_samsung_exynos_9820_npu from './samsung-exynos-9820-npu.json';
import c_samsung_hbm_pim from './samsung-hbm-pim.json';
import c_sapeon_x330 from './sapeon-x330.json';
import c_sk_hynix_gddr6_aim from './sk-hynix-gddr6-aim.json';
import c_spinnaker2 from './spinnaker2.json';
import c_st_stm32h7a3 from './st-stm32h7a3.json';
import c_st_stm32l4r5 from './st-stm32l4r5.json';
import c_st_stm32n6_cpu from './st-stm32n6-cpu.json';
import c_st_stm32n6_npu from './st-stm32n6-npu.json';
import c_tenstorrent_blackhole_p150 from './tenstorrent-blackhole-p150.json';
import c_tenstorrent_wormhole_n150 from './tenstorrent-wormhole-n150.json';
import c_tenstorrent_wormhole_n300 from './tenstorrent-wormhole-n300.json';
import c_tesla_dojo_d1 from './tesla-dojo-d1.json';
import c_tesla_fsd_hw3 from './tesla-fsd-hw3.json';
import c_tsinghua_tianjic from './tsinghua-tianjic.json';
import c_upmem_pim from './upmem-pim.json';
import c_xilinx_vck190_dpu_c32b6 from './xilinx-vck190-dpu-c32b6.json';
import c_xilinx_versal_vck190 from './xilinx-versal-vck190.json';
import c_xilinx_versal_vek280 from './xilinx-versal-vek280.json';

/** Every catalogue file as read; a test checks each against chip.schema.json. */
export const catalogue = [
  c_alibaba_hanguang_800,
  c_amd_alveo_u250,
  c_amd_epyc_7742,
  c_amd_epyc_9654,
  c_amd_mi250x,
  c_amd_mi300x,
  c_amd_mi325x,
  c_amd_mi355x,
  c_amd_ryzen_9_7950x,
  c_amd_xdna1,
  c_amd_xdna2,
  c_apple_a11_neural_engine,
  c_apple_a13_neural_engine,
  c_apple_a17_pro_neural_engine,
  c_apple_m1_max_gpu,
  c_apple_m2_ane,
  c_apple_m2_ultra_gpu,
  c_apple_m3_max_gpu,
  c_apple_m4_ane,
  c_apple_m4_cpu,
  c_apple_m4_gpu,
  c_apple_m4_max_gpu,
  c_arm_cortex_m33,
  c_arm_cortex_m7,
  c_arm_ethos_u55_256,
  c_arm_ethos_u85,
  c_arm_neoverse_v2,
  c_aws_inferentia1,
  c_aws_inferentia2,
  c_aws_trainium1,
  c_aws_trainium2,
  c_aws_trainium3,
  c_baidu_kunlun1,
  c_brainchip_akida_akd1000,
  c_brainscales_1_wafer,
  c_brainscales_2,
  c_broadcom_bcm2711,
  c_broadcom_bcm2712,
  c_cambricon_mlu290_m5,
  c_cambricon_mlu370_x8,
  c_cerebras_wse1,
  c_cerebras_wse2,
  c_cerebras_wse3,
  c_deepx_dx_m1,
  c_furiosa_rngd,
  c_furiosa_warboy,
  c_generalvision_nepes_nm500,
  c_generic_x86_avx2_desktop,
  c_google_coral_edge_tpu,
  c_google_tpu_v1,
  c_google_tpu_v2,
  c_google_tpu_v3,
  c_google_tpu_v4,
  c_google_tpu_v5e,
  c_google_tpu_v5p,
  c_google_tpu_v6e,
  c_google_tpu_v7,
  c_graphcore_ipu_gc2,
  c_graphcore_ipu_gc200,
  c_greenwaves_gap9,
  c_groq_lpu_v1,
  c_hailo_10h,
  c_hailo_15h,
  c_hailo_8,
  c_hailo_8l,
  c_huawei_ascend_310,
  c_huawei_ascend_910,
  c_huawei_ascend_910b,
  c_huawei_kirin_970_cpu,
  c_huawei_kirin_970_npu,
  c_huawei_kirin_990_npu,
  c_hyperaccel_lpu,
  c_ibm_heron,
  c_ibm_northpole,
  c_ibm_power9,
  c_ibm_truenorth,
  c_intel_arc_a770m,
  c_intel_arc_b580,
  c_intel_arria10,
  c_intel_atom_x7425e,
  c_intel_atom_x7425e_igpu,
  c_intel_core_i7_1185g7,
  c_intel_core_i7_1185g7_igpu,
  c_intel_core_i7_12700h,
  c_intel_core_i7_12700h_igpu,
  c_intel_core_i9_13900k,
  c_intel_core_i9_13900k_igpu,
  c_intel_flex_170,
  c_intel_habana_gaudi1,
  c_intel_habana_gaudi2,
  c_intel_habana_gaudi3,
  c_intel_habana_goya,
  c_intel_haswell_e5_2699v3,
  c_intel_loihi1,
  c_intel_loihi2,
  c_intel_lunar_lake_npu,
  c_intel_max_1550,
  c_intel_meteor_lake_npu,
  c_intel_movidius_myriad_x,
  c_intel_nervana_nnp_i,
  c_intel_nervana_nnp_t,
  c_intel_pohoiki_beach,
  c_intel_pohoiki_springs,
  c_intel_stratix10_nx,
  c_intel_xeon_6154,
  c_intel_xeon_8380,
  c_intel_xeon_8480,
  c_intel_xeon_8490h,
  c_intel_xeon_e5_2670,
  c_meta_mtia_v2,
  c_microsoft_catapult_brainwave_stratix10,
  c_microsoft_hololens_hpu2,
  c_microsoft_maia_100,
  c_mobilint_aries,
  c_mythic_m1076,
  c_nvidia_a10,
  c_nvidia_a100_pcie_40gb,
  c_nvidia_a100_pcie_80gb,
  c_nvidia_a100_sxm_40gb,
  c_nvidia_a100_sxm_80gb,
  c_nvidia_a2,
  c_nvidia_a30,
  c_nvidia_b200,
  c_nvidia_b300,
  c_nvidia_drive_px2,
  c_nvidia_gb300,
  c_nvidia_gh200,
  c_nvidia_h100_nvl,
  c_nvidia_h100_pcie,
  c_nvidia_h100_sxm,
  c_nvidia_h200_nvl,
  c_nvidia_h200_sxm,
  c_nvidia_jetson_agx_orin_32gb,
  c_nvidia_jetson_agx_orin_64gb,
  c_nvidia_jetson_agx_xavier,
  c_nvidia_jetson_orin_cpu,
  c_nvidia_jetson_orin_dla,
  c_nvidia_jetson_orin_nano,
  c_nvidia_jetson_orin_nano_cpu,
  c_nvidia_jetson_orin_nx_16gb,
  c_nvidia_jetson_xavier_nx,
  c_nvidia_k80,
  c_nvidia_l4,
  c_nvidia_l40,
  c_nvidia_l40s,
  c_nvidia_rtx_3090,
  c_nvidia_rtx_4000_ada,
  c_nvidia_rtx_4080,
  c_nvidia_rtx_4090,
  c_nvidia_rtx_5090,
  c_nvidia_rtx_6000_ada,
  c_nvidia_t4,
  c_nvidia_v100_sxm2_16gb,
  c_nvidia_v100_sxm2_32gb,
  c_qualcomm_adreno_740,
  c_qualcomm_adreno_750,
  c_qualcomm_adreno_x1_85,
  c_qualcomm_cloud_ai_100_pro,
  c_qualcomm_cloud_ai_100_standard,
  c_qualcomm_qcs6490_cpu,
  c_qualcomm_qcs6490_hexagon,
  c_qualcomm_sa8775p_hexagon,
  c_qualcomm_snapdragon_8_elite_cpu,
  c_qualcomm_snapdragon_8_elite_hexagon,
  c_qualcomm_snapdragon_8gen2_cpu,
  c_qualcomm_snapdragon_8gen2_hexagon,
  c_qualcomm_snapdragon_8gen3_cpu,
  c_qualcomm_snapdragon_8gen3_hexagon,
  c_qualcomm_snapdragon_x_elite_cpu,
  c_qualcomm_snapdragon_x_elite_hexagon,
  c_qualcomm_zeroth,
  c_rebellions_atom,
  c_rebellions_rebel_quad,
  c_rockchip_rk3588_cpu,
  c_rockchip_rk3588_npu,
  c_sambanova_sn40l,
  c_samsung_exynos_2400_npu,
  c_samsung_exynos_9820_npu,
  c_samsung_hbm_pim,
  c_sapeon_x330,
  c_sk_hynix_gddr6_aim,
  c_spinnaker2,
  c_st_stm32h7a3,
  c_st_stm32l4r5,
  c_st_stm32n6_cpu,
  c_st_stm32n6_npu,
  c_tenstorrent_blackhole_p150,
  c_tenstorrent_wormhole_n150,
  c_tenstorrent_wormhole_n300,
  c_tesla_dojo_d1,
  c_tesla_fsd_hw3,
  c_tsinghua_tianjic,
  c_upmem_pim,
  c_xilinx_vck190_dpu_c32b6,
  c_xilinx_versal_vck190,
  c_xilinx_versal_vek280,
] as unknown as readonly Chip[];
