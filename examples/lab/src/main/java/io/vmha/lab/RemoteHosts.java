package io.vmha.lab;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.postgresql.HostShell;
import io.vmha.model.HostId;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * The hosts through a {@link HostService}, for who runs on one of them. Thread-safe.
 *
 * @param service where it is
 * @param client to call it with
 */
record RemoteHosts(URI service, HttpClient client) implements HostAccess {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** How much longer than a script may take its answer is waited for. */
    private static final Duration ON_THE_WAY = Duration.ofMillis(500);

    /** Those of the lab's management. */
    static RemoteHosts of(URI service) {
        return new RemoteHosts(
                service,
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build());
    }

    @Override
    public boolean isOn(HostId host) {
        return call(host + "/power", "", PATIENCE).equals("on");
    }

    @Override
    public void pullPlug(HostId host) {
        String unused = call(host + "/off", "", PATIENCE);
    }

    @Override
    public HostShell shell(HostId host, String user) {
        return (script, call) -> {
            Duration left = call.requireTimeLeft();
            return call(host + "/" + user + "/" + left.toMillis(), script, left.plus(ON_THE_WAY));
        };
    }

    private String call(String path, String body, Duration limit) {
        HttpRequest request = HttpRequest.newBuilder(service.resolve("/" + path))
                .timeout(limit)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            return switch (answer.statusCode()) {
                case HostService.OK -> answer.body();
                case HostService.NOT_STARTED -> throw new AdapterException.Transient(Cause.UNREACHABLE, answer.body());
                case HostService.UNKNOWN -> throw new AdapterException.OutcomeUnknown(Cause.TIMEOUT, answer.body());
                default -> throw new AdapterException.Permanent(Cause.REFUSED, answer.body());
            };
        } catch (ConnectException e) {
            throw new AdapterException.Transient(Cause.UNREACHABLE, "the host service does not answer", e);
        } catch (IOException e) {
            throw new AdapterException.OutcomeUnknown(Cause.TIMEOUT, "the host service gave no answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AdapterException.OutcomeUnknown(Cause.TIMEOUT, "the host service was not waited for", e);
        }
    }
}
