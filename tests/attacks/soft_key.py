"""A passkey in software: makes and answers challenges as a browser with a security key does, and lies where it is told to."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

__all__ = ["SoftKey"]

FLAGS = AuthenticatorData.FLAG
HERE = "https://testserver"


class SoftKey:
    """One credential. `counter` counts its answers."""

    def __init__(self, name: bytes = b"a credential of 32 bytes or so..") -> None:
        self.name, self.counter, self.handle = name, 0, b""
        self._secret = ec.generate_private_key(ec.SECP256R1())

    def made(self, options: dict[str, Any], *, origin: str = HERE) -> dict[str, Any]:
        """The answer to the options of a registration."""
        asked = options["publicKey"]
        self.handle = asked["user"]["id"]
        public = ES256.from_cryptography_key(self._secret.public_key())
        credential = AttestedCredentialData.create(Aaguid.NONE, self.name, public)
        data = AuthenticatorData.create(
            _digest(asked["rp"]["id"]), FLAGS.UP | FLAGS.UV | FLAGS.AT, self.counter, bytes(credential)
        )
        told = _client_data("webauthn.create", asked["challenge"], origin)
        attested = AttestationObject.create("none", data, {})
        response = {
            "clientDataJSON": websafe_encode(told),
            "attestationObject": websafe_encode(bytes(attested)),
        }
        return self._answer(response, {"credProps": {"rk": True}})

    def answered(
        self,
        options: dict[str, Any],
        *,
        origin: str = HERE,
        kind: str = "webauthn.get",
        flags: int = FLAGS.UP | FLAGS.UV,
        site: str = "",
        handle: str = "",
        signed: bool = True,
        **more: Any,
    ) -> dict[str, Any]:
        """The answer to the options of a sign-in or a signature."""
        asked = options["publicKey"]
        self.counter += 1
        data = AuthenticatorData.create(_digest(site or asked["rpId"]), FLAGS(flags), self.counter)
        told = _client_data(kind, asked["challenge"], origin, **more)
        proof = self._secret.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": websafe_encode(told),
            "authenticatorData": websafe_encode(bytes(data)),
            "signature": websafe_encode(proof if signed else proof[:-1] + bytes([proof[-1] ^ 1])),
            "userHandle": handle or self.handle,
        }
        return self._answer(response, {})

    def _answer(self, response: dict[str, Any], extensions: dict[str, Any]) -> dict[str, Any]:
        name = websafe_encode(self.name)
        return {
            "type": "public-key", "id": name, "rawId": name, "response": response,
            "clientExtensionResults": extensions,
        }  # fmt: skip


def _digest(site: str) -> bytes:
    return hashlib.sha256(site.encode()).digest()


def _client_data(kind: str, challenge: str, origin: str, **more: Any) -> bytes:
    told = {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False, **more}
    return json.dumps(told).encode()
