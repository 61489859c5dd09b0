"""Parameters, tensors and operations of models of diffusers, small and published ones, as torch counts them.

    python diffusers_counts.py diffusers.json

Nothing is downloaded: the configurations of published models are the `config.json` beside their weights on Hugging Face, by
the fields that sizes follow from. All runs are on the meta device, which has shapes and no numbers; attention is written out, so
that its products stand apart. One step of a model, batch 1; an AutoencoderKL decodes one latent image.
"""

import json
import sys

import diffusers
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

flux = dict(in_channels=16, num_layers=2, num_single_layers=3, attention_head_dim=16, num_attention_heads=4, joint_attention_dim=40,
            pooled_projection_dim=24, axes_dims_rope=[4, 6, 6])
sd3 = dict(sample_size=16, num_layers=3, attention_head_dim=16, num_attention_heads=4, joint_attention_dim=40,
           caption_projection_dim=64, pooled_projection_dim=24, pos_embed_max_size=12, in_channels=8, out_channels=8)
unet = dict(sample_size=16, block_out_channels=[32, 64], down_block_types=["CrossAttnDownBlock2D", "DownBlock2D"],
            up_block_types=["UpBlock2D", "CrossAttnUpBlock2D"], attention_head_dim=4, cross_attention_dim=40, norm_num_groups=8,
            layers_per_block=1)
vae = dict(down_block_types=["DownEncoderBlock2D"] * 3, up_block_types=["UpDecoderBlock2D"] * 3, block_out_channels=[16, 32, 48],
           layers_per_block=2, norm_num_groups=8, sample_size=64)
text_time = dict(addition_embed_type="text_time", addition_time_embed_dim=16, projection_class_embeddings_input_dim=120)
kl = dict(down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4, layers_per_block=2,
          block_out_channels=[128, 256, 512, 512])
sd3m = dict(sample_size=128, num_layers=24, num_attention_heads=24, caption_projection_dim=1536, pos_embed_max_size=192)

CASES = {
    "flux": ("FluxTransformer2DModel", flux),
    "flux guidance": ("FluxTransformer2DModel", dict(flux, guidance_embeds=True, num_attention_heads=6)),
    "flux layers": ("FluxTransformer2DModel", dict(flux, num_layers=1, num_single_layers=1, out_channels=12)),
    "sd3": ("SD3Transformer2DModel", sd3),
    "sd3 norms": ("SD3Transformer2DModel", dict(sd3, qk_norm="rms_norm", dual_attention_layers=[0, 1])),
    "sd3 heads": ("SD3Transformer2DModel", dict(sd3, num_attention_heads=6, caption_projection_dim=96, patch_size=4)),
    "unet": ("UNet2DConditionModel", unet),
    "unet linear": ("UNet2DConditionModel", dict(unet, use_linear_projection=True, transformer_layers_per_block=[1, 3],
                                                 attention_head_dim=[2, 8], **text_time)),
    "unet layers": ("UNet2DConditionModel", dict(unet, layers_per_block=[2, 1], in_channels=9)),
    "vae": ("AutoencoderKL", vae),
    "vae without": ("AutoencoderKL", dict(vae, use_quant_conv=False, use_post_quant_conv=False, latent_channels=16,
                                          mid_block_add_attention=False)),
    "FLUX.1-dev": ("FluxTransformer2DModel", dict(guidance_embeds=True)),
    "FLUX.1-schnell": ("FluxTransformer2DModel", dict(guidance_embeds=False)),
    "stable-diffusion-3-medium": ("SD3Transformer2DModel", sd3m),
    "stable-diffusion-3.5-medium": ("SD3Transformer2DModel", dict(sd3m, qk_norm="rms_norm", pos_embed_max_size=384,
                                                                  dual_attention_layers=list(range(13)))),
    "stable-diffusion-3.5-large": ("SD3Transformer2DModel", dict(sd3m, qk_norm="rms_norm", num_layers=38, num_attention_heads=38,
                                                                 caption_projection_dim=2432)),
    "stable-diffusion-v1-5": ("UNet2DConditionModel", dict(sample_size=64, cross_attention_dim=768, attention_head_dim=8)),
    "stable-diffusion-2-1": ("UNet2DConditionModel", dict(sample_size=96, cross_attention_dim=1024, use_linear_projection=True,
                                                          attention_head_dim=[5, 10, 20, 20])),
    "stable-diffusion-xl-base-1.0": ("UNet2DConditionModel", dict(
        sample_size=128, cross_attention_dim=2048, attention_head_dim=[5, 10, 20], block_out_channels=[320, 640, 1280],
        down_block_types=["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        up_block_types=["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"], transformer_layers_per_block=[1, 2, 10],
        use_linear_projection=True, addition_embed_type="text_time", addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816)),
    "stable-diffusion-v1-5 vae": ("AutoencoderKL", dict(kl, sample_size=512)),
    "FLUX.1 vae": ("AutoencoderKL", dict(kl, sample_size=1024, latent_channels=16, use_quant_conv=False, use_post_quant_conv=False)),
}
SMALL = 11


def randn(*shape):
    return torch.randn(*shape, device="meta")


def run_of(model, config, sizes):
    one = torch.ones(1, device="meta")
    text = sizes.get("text")
    if isinstance(model, diffusers.FluxTransformer2DModel):
        ids = [torch.zeros(sizes[part], 3, device="meta") for part in ("text", "image")]
        more = dict(guidance=one) if config.guidance_embeds else {}
        return lambda: model(hidden_states=randn(1, sizes["image"], config.in_channels), timestep=one, txt_ids=ids[0],
                             encoder_hidden_states=randn(1, text, config.joint_attention_dim), img_ids=ids[1],
                             pooled_projections=randn(1, config.pooled_projection_dim), **more)
    side = config.sample_size
    if isinstance(model, diffusers.SD3Transformer2DModel):
        return lambda: model(hidden_states=randn(1, config.in_channels, side, side), timestep=one,
                             encoder_hidden_states=randn(1, text, config.joint_attention_dim),
                             pooled_projections=randn(1, config.pooled_projection_dim))
    if isinstance(model, diffusers.AutoencoderKL):
        side //= 2 ** (len(config.block_out_channels) - 1)
        return lambda: model.decode(randn(1, config.latent_channels, side, side))
    pooled = (config.projection_class_embeddings_input_dim or 0) - 6 * (config.addition_time_embed_dim or 0)
    more = dict(text_embeds=randn(1, pooled), time_ids=randn(1, 6)) if pooled > 0 else {}
    return lambda: model(randn(1, config.in_channels, side, side), one, randn(1, text, config.cross_attention_dim),
                         added_cond_kwargs=more)


def measured(name, fields, sizes):
    with torch.device("meta"):
        model = getattr(diffusers, name).from_config({"_class_name": name, **fields}).eval()
    run = run_of(model, model.config, sizes)
    with FlopCounterMode(display=False) as counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        run()
    counts = counter.get_flop_counts()["Global"]
    attention = sum(count for op, count in counts.items() if str(op).startswith(("aten.bmm", "aten.baddbmm")))
    files = [[key, list(tensor.shape)] for key, tensor in model.state_dict().items()]
    return {"config": {"_class_name": name, **fields}, "parameters": sum(p.numel() for p in model.parameters()), "sizes": sizes,
            "weights": sum(counts.values()) - attention, "attention": attention, "files": files}


TEXT = {"FluxTransformer2DModel": 512, "SD3Transformer2DModel": 333, "UNet2DConditionModel": 77}

if __name__ == "__main__":
    models = {}
    for index, (name, (cls, fields)) in enumerate(CASES.items()):
        sizes = {} if cls == "AutoencoderKL" else {"text": 6 if index < SMALL else TEXT[cls]}
        if cls == "FluxTransformer2DModel":
            sizes["image"] = 20 if index < SMALL else 4096
        known = measured(cls, fields, sizes)
        if index >= SMALL:
            del known["files"]
        models[name] = known
        print(name, f"{known['parameters']:,} {known['weights']:,} {known['attention']:,}", flush=True)
    versions = {"torch": torch.__version__, "diffusers": diffusers.__version__}
    with open(sys.argv[1], "w") as file:
        json.dump({"versions": versions, "models": models}, file, separators=(",", ":"))
