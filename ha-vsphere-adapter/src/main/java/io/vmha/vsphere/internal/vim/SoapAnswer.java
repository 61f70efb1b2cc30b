package io.vmha.vsphere.internal.vim;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import javax.xml.stream.XMLStreamException;

/** Reads the bytes of an answer, which are hostile until they are read. */
public final class SoapAnswer {
    private SoapAnswer() {}

    /** Bytes are no SOAP envelope, or one that is too large. The message is fit for a log. */
    public static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(Words.of(message));
        }
    }

    /**
     * Returns what the envelope's body holds: an answer or a fault.
     *
     * @param bytes as they came
     * @param zipped whether they are packed by gzip
     * @param limits how large it may be
     * @throws MalformedException for anything else than an envelope within the limits
     */
    public static XmlNode read(InputStream bytes, boolean zipped, AnswerLimits limits) throws MalformedException {
        try (InputStream in = zipped ? new Bounded(new GZIPInputStream(bytes), limits.bytes()) : bytes) {
            return XmlReader.read(in, limits)
                    .at("Envelope", "Body")
                    .flatMap(found -> found.children().stream().findFirst())
                    .orElseThrow(() -> new MalformedException("no SOAP body"));
        } catch (XMLStreamException | IOException e) {
            throw new MalformedException(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Refuses a fault.
     *
     * @throws VimFault if the answer is one
     */
    public static void requireNoFault(XmlNode body) {
        if (!body.name().equals("Fault")) {
            return;
        }
        String type = body.at("detail")
                .flatMap(detail -> detail.children().stream().findFirst())
                .map(SoapAnswer::faultType)
                .orElseGet(() -> body.textAt("faultcode"));
        throw new VimFault(type, body.textAt("faultstring"));
    }

    private static String faultType(XmlNode fault) {
        if (!fault.xsiType().isEmpty()) {
            return fault.xsiType();
        }
        String name = fault.name();
        return name.endsWith("Fault") ? name.substring(0, name.length() - "Fault".length()) : name;
    }

    /** The objects of one page of properties. */
    public static List<ManagedObject> objects(XmlNode body) {
        return body.at("returnval").map(page -> page.all("objects")).orElse(List.of()).stream()
                .map(ManagedObject::from)
                .toList();
    }

    /** The changes of one set of updates. */
    public static UpdateStream.Updates updates(XmlNode body) {
        return body.at("returnval")
                .map(set -> new UpdateStream.Updates(true, PropertyUpdates.updates(set)))
                .orElseGet(() -> new UpdateStream.Updates(true, List.of()));
    }

    /** The samples of the counter with the number 2. */
    public static CounterReading counters(XmlNode body, String name, int needed, String serverTime) {
        return CounterReading.from(body, Map.of(2, name), needed, serverTime);
    }

    /** Ends with an exception where more than so many bytes come out of a few. */
    private static final class Bounded extends FilterInputStream {
        private final long longest;
        private long left;

        Bounded(InputStream in, long longest) {
            super(in);
            this.longest = longest;
            this.left = longest;
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            if (value >= 0) {
                var unused = counted(1);
            }
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return counted(super.read(buffer, offset, length));
        }

        private int counted(int read) throws IOException {
            left -= Math.max(0, read);
            if (left < 0) {
                throw new BoundedBody.TooLongException(longest);
            }
            return read;
        }
    }
}
