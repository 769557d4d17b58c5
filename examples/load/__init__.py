"""Load on an eIM, an SM-DP+ or a service platform: emulated devices over HTTPS, distributed by Locust.

python -m examples.load --devices 1000 --workers 2        against our own servers, started for it
python -m examples.load --eim eim.der --enrol devices.csv  against yours: see README.md beside this file
"""
