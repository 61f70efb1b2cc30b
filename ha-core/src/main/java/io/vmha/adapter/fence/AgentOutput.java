package io.vmha.adapter.fence;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Takes what is in an agent's stream, without ever waiting for more; keeps the first 64 KiB. Confined to one thread. */
final class AgentOutput implements AutoCloseable {
    private static final int MOST_BYTES = 65_536;

    private final InputStream stream;
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private final byte[] chunk = new byte[8192];

    AgentOutput(InputStream stream) {
        this.stream = stream;
    }

    /** Takes a part of what is there, and returns whether there was any. */
    boolean poll() {
        try {
            int available = stream.available();
            if (available <= 0) {
                return false;
            }
            int read = stream.read(chunk, 0, Math.min(available, chunk.length));
            head.write(chunk, 0, Math.max(0, Math.min(read, MOST_BYTES - head.size())));
            return read > 0;
        } catch (IOException closed) {
            return false;
        }
    }

    /** Takes all that is there, for so long at most: somebody may go on writing. */
    void drain(Duration most) {
        long end = System.nanoTime() + most.toNanos();
        while (poll() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    byte[] bytes() {
        return head.toByteArray();
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException closed) {
            return;
        }
    }
}
