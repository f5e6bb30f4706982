# The service alone: no embedded PostgreSQL, no simulator, no development tools, no root.
FROM debian:trixie-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY requirements-build.lock requirements-runtime.lock ./
RUN python3 -m venv /build && /build/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock \
 && python3 -m venv /opt/orderbridge \
 && /opt/orderbridge/bin/pip install --no-cache-dir --require-hashes -r requirements-runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY alembic alembic
RUN /build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/orderbridge/bin/pip install --no-cache-dir --no-deps /wheels/*.whl

FROM debian:trixie-slim
LABEL org.opencontainers.image.title="Orderbridge" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.licenses="MIT"
RUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin orderbridge
COPY --from=build /opt/orderbridge /opt/orderbridge
ENV PATH=/opt/orderbridge/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ORDERBRIDGE_HOST=0.0.0.0 ORDERBRIDGE_PORT=8000 ORDERBRIDGE_LOG_FORMAT=json
USER orderbridge
EXPOSE 8000
# Of the API; a worker has no port, so compose.yaml switches this off for it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"ORDERBRIDGE_PORT\"]}/readyz', timeout=2)"]
ENTRYPOINT ["orderbridge"]
CMD ["serve", "--role", "api"]
