package io.vmha.monitor;

import static io.vmha.monitor.internal.Checks.checkArgument;

import io.vmha.monitor.report.GuestFault;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** Sees whether a service accepts connections. Immutable. */
public final class TcpProbe implements Probe {
    private static final int MOST_PORT = 65_535;

    private final String host;
    private final int port;
    private final Duration timeout;

    /**
     * Watches a port.
     *
     * @param host name or address; this machine's own as a rule
     * @param port 1 to 65535
     * @param timeout how long a connection may take, 1 ms or more
     * @throws IllegalArgumentException if the port or the timeout is out of its range
     */
    public TcpProbe(String host, int port, Duration timeout) {
        checkArgument(port >= 1 && port <= MOST_PORT, "port must be from 1 to 65535: %s", port);
        checkArgument(timeout.toMillis() >= 1, "timeout must be 1 ms or more: %s", timeout);
        this.host = host;
        this.port = port;
        this.timeout = timeout;
    }

    /**
     * Connects.
     *
     * @throws IOException if it cannot try, as without a free file descriptor or without the host's address
     */
    @Override
    public ProbeResult check() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), Math.toIntExact(timeout.toMillis()));
            return ProbeResult.healthy(host + ":" + port + " accepts connections");
        } catch (ConnectException | SocketTimeoutException | NoRouteToHostException refused) {
            return ProbeResult.failed(GuestFault.SERVICE_DOWN, host + ":" + port + ": " + refused);
        }
    }
}
