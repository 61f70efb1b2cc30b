package io.vmha.monitor;

import static io.vmha.monitor.internal.Checks.checkArgument;

import io.vmha.monitor.report.GuestFault;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.time.Duration;

/** Sees whether a service answers HTTP requests with success. Immutable. */
public final class HttpProbe implements Probe {
    private static final int SUCCESS = 200;
    private static final int REDIRECTION = 300;

    private final URL url;
    private final int timeoutMillis;

    /**
     * Watches an address; the answer must be of status 200 to 299, and redirections are not followed.
     *
     * @param address http or https
     * @param timeout how long the connection and the answer each may take, 1 ms or more
     * @throws IllegalArgumentException if the address is of another scheme or the timeout too short
     */
    public HttpProbe(URI address, Duration timeout) {
        String scheme = String.valueOf(address.getScheme());
        checkArgument(scheme.equals("http") || scheme.equals("https"), "address must be http or https: %s", address);
        checkArgument(timeout.toMillis() >= 1, "timeout must be 1 ms or more: %s", timeout);
        try {
            this.url = address.toURL();
        } catch (MalformedURLException malformed) {
            throw new IllegalArgumentException(malformed);
        }
        this.timeoutMillis = Math.toIntExact(timeout.toMillis());
    }

    /**
     * Sends a GET.
     *
     * @throws IOException if no request can be made at all, as without the host's address or a free file descriptor
     */
    @Override
    public ProbeResult check() throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.openConnection();
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(timeoutMillis);
        connection.setReadTimeout(timeoutMillis);
        connection.setUseCaches(false);
        try {
            int status = connection.getResponseCode();
            String detail = url + " answers " + status;
            return status >= SUCCESS && status < REDIRECTION
                    ? ProbeResult.healthy(detail)
                    : ProbeResult.failed(GuestFault.SERVICE_DOWN, detail);
        } catch (UnknownHostException cannotTry) {
            throw cannotTry;
        } catch (IOException silent) {
            if (String.valueOf(silent.getMessage()).contains("Too many open files")) {
                throw silent;
            }
            return ProbeResult.failed(GuestFault.SERVICE_DOWN, url + ": " + silent);
        } finally {
            connection.disconnect();
        }
    }
}
