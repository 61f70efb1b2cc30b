package io.vmha.vsphere;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports on loopback for servers that are about to start: below those that the system gives outgoing connections, so that none of these
 * takes one first.
 */
final class FreePort {
    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;

    private FreePort() {}

    /** Returns a port that is free now, for TCP and UDP. */
    static int next() {
        while (true) {
            InetSocketAddress address = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(),
                    ThreadLocalRandom.current().nextInt(FIRST, LAST));
            try (ServerSocket tcp = new ServerSocket();
                    DatagramSocket udp = new DatagramSocket(address)) {
                tcp.bind(address);
                return udp.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
    }
}
