# Winnow with an index over seeds/ inside: nothing is downloaded or built when a container starts.
# It refuses to start without keys (in the volume /keys) or WINNOW_ALLOW_ANONYMOUS=1:
#   docker build -t winnow .
#   docker run --rm -v winnow-keys:/keys winnow keys add me
#   docker run --rm -v winnow-keys:/keys:ro -p 8000:8000 winnow
ARG BASE_IMAGE=python:3.11-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /app
# onnxruntime reports to nobody, also where it is not Winnow that loads it.
ENV ORT_DISABLE_TELEMETRY=1
# Dependencies first, over empty packages: a change of a source file installs none of them again.
# What only installs, compiles or tests goes; the import leaves the bytecode of what is used; uv leaves a
# lock that everybody may write.
COPY requirements requirements
COPY pyproject.toml ./
RUN mkdir embeddings service && \
    touch embeddings/__init__.py service/__init__.py && \
    sh requirements/install.sh run && \
    .venv/bin/python -m pip uninstall --quiet --yes uv pip && \
    rm -rf .venv/lib/python3*/site-packages/torch/include .venv/lib/python3*/site-packages/torch/test && \
    .venv/bin/python -c "import faiss, fastapi, onnx, onnxruntime, sentence_transformers, uvicorn" && \
    chmod -R go-w .venv
# HF_HOME: where the build below leaves the export of the model.
ENV HF_HOME=/app/models
COPY embeddings embeddings
COPY service service
COPY seeds seeds
# Readable for the user below, whatever the umask of the checkout.
RUN chmod -R go=rX embeddings service seeds && \
    .venv/bin/winnow build seeds --strict && \
    .venv/bin/python -c "import service.app, service.cli.serve, service.cli.worker, service.serving, service.supervisor" && \
    chmod -R go=rX models

FROM ${BASE_IMAGE}
# /index: where a volume may hold the index of other documents; /keys: one for the file of keys.
# Nothing else but /tmp is for writing.
RUN useradd --uid 10001 --no-create-home --home-dir /tmp winnow && \
    install --directory --owner=winnow --group=winnow /index /keys
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY --from=build /app/seeds seeds
COPY --from=build /app/embeddings embeddings
COPY --from=build /app/service service
COPY --from=build /app/index index
COPY --from=build /app/models models
USER 10001:10001
ENV PATH=/app/.venv/bin:$PATH HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1 WINNOW_HOST=0.0.0.0 WINNOW_PORT=8000 \
    WINNOW_KEYS=/keys/keys.json HF_HOME=/app/models ORT_DISABLE_TELEMETRY=1
EXPOSE 8000
# Straight to the server, whatever proxy the environment names.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["python", "-c", "\
import os, urllib.request as r; \
r.build_opener(r.ProxyHandler({})).open(f'http://127.0.0.1:{os.environ[\"WINNOW_PORT\"]}/readyz')"]
ENTRYPOINT ["winnow"]
CMD ["serve"]
