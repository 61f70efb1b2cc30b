package io.vmha.vsphere.internal.vim;

import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The cookie that a session goes by, found by its name: what stands before a server may add others. */
final class SessionCookie {
    /** The name, and a value that may be sent back as it is: visible ASCII, as long as a session's ever is. */
    private static final Pattern COOKIE =
            Pattern.compile("\\s*(vmware_soap_session=[\\x21-\\x3a\\x3c-\\x7e]{1,1000})\\s*(;.*)?");

    private SessionCookie() {}

    static Optional<String> among(HttpHeaders headers) {
        return headers.allValues("Set-Cookie").stream()
                .map(COOKIE::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .findFirst();
    }
}
