# Winnow with an index over seeds/ inside: nothing is downloaded or built when a container starts.
ARG BASE_IMAGE=python:3.11-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /app
# First with empty packages: what they need is installed again only when it changed, not when a source did.
COPY requirements requirements
COPY pyproject.toml ./
RUN mkdir embeddings service && \
    touch embeddings/__init__.py service/__init__.py && \
    sh requirements/install.sh run
COPY embeddings embeddings
COPY service service
COPY seeds seeds
RUN .venv/bin/winnow build seeds --strict

FROM ${BASE_IMAGE}
RUN useradd --system --uid 10001 --no-create-home winnow
WORKDIR /app
COPY --from=build /app /app
USER 10001
ENV HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1 WINNOW_HOST=0.0.0.0
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD [".venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz')"]
ENTRYPOINT [".venv/bin/winnow"]
CMD ["serve"]
