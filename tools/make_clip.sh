#!/usr/bin/env bash
# Draws the demo room's clip: a day over hills in 48 seconds that joins its own beginning, with a
# few soft notes. Everything in it is computed here. Needs ffmpeg with libx264.
set -euo pipefail

cd "$(dirname "$0")/.."
out=danmaku/demo/media/clip.mp4

# Shared by the three colours: 0 is how far the day is, 1 the sun's glow, 2 and 3 the hills' edges.
scene='st(0,0.5-0.5*cos(2*PI*T/48));
st(4,(X/W-0.15-0.7*T/48)*W/H);st(5,Y/H-0.85+0.6*sin(PI*T/48));
st(1,clip(1.6*exp(-160*(ld(4)*ld(4)+ld(5)*ld(5))),0,1)+0.35*exp(-7*(ld(4)*ld(4)+ld(5)*ld(5))));
st(2,gt(Y/H,0.66+0.07*sin(2*PI*(X/W*1.3+T/48))+0.03*sin(2*PI*(X/W*3.1+T/24))));
st(3,gt(Y/H,0.80+0.05*sin(2*PI*(X/W*1.1+T/16))+0.025*sin(2*PI*(X/W*4.3+T/8))));
st(6,gt(abs(mod(sin(floor(X/2)*12.9898+floor(Y/2)*78.233)*43758.5453,1)),0.9985)*(1-ld(0))*200*(0.6+0.4*sin(T*2+X)));'
# channel <night top> <day top> <night horizon> <day horizon> <sun> <far hills night> <day> <near hills night> <day>
channel() {
  echo "${scene}clip(if(ld(3),$8+ld(0)*($9-$8),if(ld(2),$6+ld(0)*($7-$6),($1+ld(0)*($2-$1))*(1-Y/H*1.4)+($3+ld(0)*($4-$3))*Y/H*1.4+ld(1)*$5*(0.35+0.65*ld(0))+ld(6))),0,255)"
}
red=$(channel 8 64 46 250 190 20 74 10 34)
green=$(channel 12 132 38 206 150 24 120 14 74)
blue=$(channel 38 214 92 176 60 46 128 26 72)

# A five-tone scale; each note rings for a while.
step='floor(t/0.75)'
tone="220*pow(2\,(2.4*mod(${step}*${step}+3*${step}\,5)+12*mod(${step}\,2))/12)"
notes="0.16*sin(2*PI*mod(t\,0.75)*${tone})*exp(-4*mod(t\,0.75))*(1-exp(-80*mod(t\,0.75)))"

ffmpeg -hide_banner -loglevel error -y \
  -f lavfi -i "color=black:size=640x360:rate=12:duration=48" \
  -f lavfi -i "aevalsrc=${notes}:s=32000:d=48" \
  -vf "format=gbrp,geq=r='${red//$'\n'/}':g='${green//$'\n'/}':b='${blue//$'\n'/}',scale=960:540:flags=bicubic,format=yuv420p" \
  -c:v libx264 -preset veryslow -crf 30 -tune animation -g 48 \
  -c:a aac -b:a 32k -ac 1 \
  -movflags +faststart -map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact \
  "$out"
ls -l "$out"
