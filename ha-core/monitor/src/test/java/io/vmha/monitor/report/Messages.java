package io.vmha.monitor.report;

import com.google.common.primitives.Bytes;
import java.nio.charset.StandardCharsets;

/** Messages as a monitor would send them. */
final class Messages {
    private Messages() {}

    static byte[] signed(ReportMessage message, ReportKey key) {
        return signed(ReportFormat.unsigned(message), key);
    }

    static byte[] signed(byte[] unsigned, ReportKey key) {
        String mac = ReportFormat.mac(key, unsigned, unsigned.length);
        return Bytes.concat(unsigned, ReportFormat.macLine(mac).getBytes(StandardCharsets.US_ASCII));
    }
}
