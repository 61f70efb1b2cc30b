package io.vmha.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofSeconds;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Debian's Prometheus, as a process of its own that scrapes one port of this machine's every second and answers queries. */
final class Prometheus implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final int port;
    private final Process process;

    /** Starts it with all that is its own in a folder, and waits until it answers. */
    Prometheus(Path folder, int scraped) throws IOException {
        Files.createDirectories(folder);
        Path config = folder.resolve("prometheus.yml");
        Files.writeString(config, """
                global: {scrape_interval: 1s}
                scrape_configs: [{job_name: vmha, static_configs: [{targets: ["127.0.0.1:%d"]}]}]
                """.formatted(scraped));
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
        try {
            await().atMost(ofSeconds(30)).ignoreExceptions().until(this::isReady);
        } catch (RuntimeException silent) {
            process.destroyForcibly();
            throw silent;
        }
    }

    /** A query's answer over a time, with a value for each second: the result of the API's {@code query_range}. */
    JsonNode range(String query, Instant from, Instant to) throws IOException, InterruptedException {
        String parameters = Map.of(
                        "query",
                        query,
                        "start",
                        Long.toString(from.getEpochSecond()),
                        "end",
                        Long.toString(to.getEpochSecond()),
                        "step",
                        "1")
                .entrySet()
                .stream()
                .map(parameter -> parameter.getKey() + "=" + URLEncoder.encode(parameter.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        JsonNode answer = new ObjectMapper()
                .readTree(get("/api/v1/query_range?" + parameters).body());
        if (!answer.path("status").asText().equals("success")) {
            throw new IOException(
                    "refused: " + query + ": " + answer.path("error").asText());
        }
        return answer.at("/data/result");
    }

    private boolean isReady() throws IOException, InterruptedException {
        return get("/-/ready").statusCode() == 200;
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
