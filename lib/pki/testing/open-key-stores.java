import java.io.FileInputStream;
import java.io.InputStream;
import java.security.*;
import java.security.cert.X509Certificate;
import java.util.Collections;

/**
 * Java as who opens PKCS#12 files, by its own reader and by Bouncy Castle's. Arguments: providers, or their classes,
 * joined by commas; and any number of files, each with its password after it. Prints a line for each provider and file:
 * the length of the chain, and whether the key signs what the certificate verifies.
 */
class OpenKeyStores {
  public static void main(String[] args) throws Exception {
    for (String name : args[0].split(",")) {
      Provider provider = name.contains(".")
          ? (Provider) Class.forName(name).getDeclaredConstructor().newInstance()
          : Security.getProvider(name);
      for (int i = 1; i < args.length; i += 2) {
        System.out.println(name + " " + args[i] + ": " + opened(provider, args[i], args[i + 1].toCharArray()));
      }
    }
  }

  static String opened(Provider provider, String file, char[] password) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12", provider);
    try (InputStream in = new FileInputStream(file)) {
      store.load(in, password);
    }
    String alias = null;
    for (String one : Collections.list(store.aliases())) {
      if (store.isKeyEntry(one)) alias = one;
    }
    PrivateKey key = (PrivateKey) store.getKey(alias, password);
    X509Certificate leaf = (X509Certificate) store.getCertificate(alias);
    String with = key.getAlgorithm().startsWith("EC") ? "SHA256withECDSA" : "SHA256withRSA";
    Signature signature = Signature.getInstance(with);
    signature.initSign(key);
    byte[] signed = signature.sign();
    signature.initVerify(leaf);
    return "chain of " + store.getCertificateChain(alias).length
        + (signature.verify(signed) ? ", key fits" : ", ANOTHER KEY");
  }
}
