package io.vmha.docs;

import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;

/** What a monitor and the receiver of its reports are made of. */
public abstract class ReportsSetting extends Setting {
    protected final Vault vault = new Vault();
    protected final byte[] secret = Vault.SECRET.clone();
    protected final SSLContext tls = context();

    private static SSLContext context() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException everyRuntimeHasOne) {
            throw new IllegalStateException(everyRuntimeHasOne);
        }
    }
}
