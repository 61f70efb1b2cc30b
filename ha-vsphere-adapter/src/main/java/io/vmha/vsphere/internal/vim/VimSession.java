package io.vmha.vsphere.internal.vim;

import com.google.common.primitives.Bytes;
import io.vmha.vsphere.internal.vim.SoapTransport.Answer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One login for all threads, made anew when the server says that it expired. Logging in is guarded by this object's
 * monitor; {@code current} is replaced whole.
 */
final class VimSession {
    private static final byte[] OPEN = utf8("<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope"
            + " xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\""
            + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
            + " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><soapenv:Body>");
    private static final byte[] CLOSE = utf8("</soapenv:Body></soapenv:Envelope>");

    private final SoapTransport transport;
    private final Supplier<Secret> secrets;
    private volatile @Nullable Login current;
    private long logins;

    VimSession(SoapTransport transport, Supplier<Secret> secrets) {
        this.transport = transport;
        this.secrets = secrets;
    }

    /** A login: its cookie, what the server is, and its number. */
    record Login(Optional<String> cookie, ServiceContent service, long number) {
        @Override
        public String toString() {
            return "Login " + number;
        }
    }

    /** Calls a method; logs in first if nobody has, and again, once, if the session expired. */
    XmlNode call(String method, MoRef subject, Consumer<XmlWriter> arguments, Deadline deadline) {
        Login login = login(deadline);
        try {
            return call(method, subject, arguments, login.cookie(), deadline).body();
        } catch (VimFault fault) {
            if (!fault.type().equals("NotAuthenticated")) {
                throw fault;
            }
            expired(login);
            return call(method, subject, arguments, login(deadline).cookie(), deadline)
                    .body();
        }
    }

    /** The login in force, made if need be. */
    Login login(Deadline deadline) {
        Login known = current;
        return known != null ? known : logIn(deadline);
    }

    private synchronized Login logIn(Deadline deadline) {
        Login known = current;
        if (known != null) {
            return known;
        }
        Answer content = call("RetrieveServiceContent", MoRef.SERVICE_INSTANCE, none -> {}, Optional.empty(), deadline);
        ServiceContent service = ServiceContent.from(content.body());
        Answer answer;
        try (Secret secret = secrets.get()) {
            byte[] envelope = loginEnvelope(service.sessionManager(), secret);
            try {
                answer = loginAnswer(transport.post(envelope, content.cookie(), AnswerLimits.SMALL, deadline));
            } finally {
                Arrays.fill(envelope, (byte) 0);
            }
        }
        Login made = new Login(answer.cookie().or(content::cookie), service, ++logins);
        current = made;
        return made;
    }

    /** Whether anybody is logged in. */
    boolean isOpen() {
        return current != null;
    }

    /** Says that a login was seen to have expired; the next call makes another. */
    synchronized void expired(Login login) {
        if (login.equals(current)) {
            current = null;
        }
    }

    synchronized void logOut(Deadline deadline) {
        Login known = current;
        current = null;
        if (known != null) {
            var unused = call("Logout", known.service().sessionManager(), none -> {}, known.cookie(), deadline);
        }
    }

    private Answer call(
            String method, MoRef subject, Consumer<XmlWriter> arguments, Optional<String> cookie, Deadline deadline) {
        XmlWriter xml = new XmlWriter();
        xml.ref("_this", subject);
        arguments.accept(xml);
        String body = "<" + method + " xmlns=\"urn:vim25\">" + xml.xml() + "</" + method + ">";
        return checked(transport.post(join(OPEN, utf8(body), CLOSE), cookie, AnswerLimits.of(method), deadline));
    }

    /** A refused login is told by its type alone: a server may repeat what it was sent. */
    private static Answer loginAnswer(Answer answer) {
        try {
            return checked(answer);
        } catch (VimFault fault) {
            throw new VimFault(fault.type(), "");
        }
    }

    private static Answer checked(Answer answer) {
        SoapAnswer.requireNoFault(answer.body());
        return answer;
    }

    private static byte[] loginEnvelope(MoRef sessionManager, Secret secret) {
        String head = "<Login xmlns=\"urn:vim25\">"
                + new XmlWriter()
                        .ref("_this", sessionManager)
                        .text("userName", secret.user())
                        .xml() + "<password>";
        byte[] password = escaped(secret.password());
        try {
            return join(OPEN, utf8(head), password, utf8("</password></Login>"), CLOSE);
        } finally {
            Arrays.fill(password, (byte) 0);
        }
    }

    /** Escapes without a string that would stay in memory. */
    private static byte[] escaped(char[] password) {
        CharBuffer escaped = CharBuffer.allocate(password.length * 6);
        for (char c : password) {
            switch (c) {
                case '<' -> escaped.put("&lt;");
                case '>' -> escaped.put("&gt;");
                case '&' -> escaped.put("&amp;");
                default -> escaped.put(c);
            }
        }
        escaped.flip();
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(escaped);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        Arrays.fill(escaped.array(), '\0');
        encoded.rewind();
        while (encoded.hasRemaining()) {
            encoded.put((byte) 0);
        }
        return bytes;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] join(byte[]... parts) {
        return Bytes.concat(parts);
    }
}
